"""What people and orders made of an end of cover."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from api.renewals import RenewalPatch
from contracts.errors import RenewalOrdered
from contracts.models import Base


class Renewal(Base):
    """What people and orders made of the cover that ends on ``ends_on``; without a row it is ``open``.

    The row of an end that has moved since, other than by an order, is no longer looked at.
    """

    __tablename__ = "renewals"

    contract_number: Mapped[str] = mapped_column(ForeignKey("contracts.number"), primary_key=True)
    ends_on: Mapped[date] = mapped_column(primary_key=True)
    # The contract's, which never changes.
    reseller_id: Mapped[UUID]
    version: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default="open")
    lost_reason: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    next_on: Mapped[date | None]
    order_id: Mapped[str | None] = mapped_column(unique=True)

    __table_args__ = (
        Index("ix_renewals_ordered", "reseller_id", "ends_on", postgresql_where=text("state = 'ordered'")),
    )

    def change(self, wanted: RenewalPatch, *, is_followed: bool = False) -> bool:
        """Whether anything changed. Raises RenewalOrdered, also where another contract goes on with the cover."""
        given = wanted.model_dump(exclude_unset=True)
        state = given.pop("state", None) or self.state
        is_ordered = self.state == "ordered" or is_followed
        if is_ordered and (state != self.state or given.get("lost_reason")):
            raise RenewalOrdered(number=self.contract_number)
        before = (self.state, self.lost_reason, self.note, self.next_on)
        self.lost_reason = (given.get("lost_reason") or self.lost_reason) if state == "lost" else None
        self.state = state
        self.note = self.note if given.get("note") is None else given["note"]
        self.next_on = given.get("next_on", self.next_on)
        changed = before != (self.state, self.lost_reason, self.note, self.next_on)
        self.version += changed
        return changed

    def order(self, order_id: str) -> None:
        self.state, self.order_id, self.lost_reason, self.next_on = "ordered", order_id, None, None
        self.version += 1

    def reopen(self) -> None:
        """The order was withdrawn: an offer has been made all the same."""
        self.state, self.order_id = "proposed", None
        self.version += 1
