"""The table of canned answers, macros among them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from api.incidents.canned import ToReason, ToStatus, ToStep, ToType
from incidents.canned.errors import NoteLeadsNowhere, NoteNeeded, ReasonWithPending, TypeWithApproval
from incidents.models.base import Base


class CannedAnswer(Base):
    """``natures`` and ``statuses`` are empty where it is offered for all. Its use changes no version.

    A macro, which also does something, has ``step`` or ``to_status``.
    """

    __tablename__ = "canned_answers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    title: Mapped[str]
    # As titles are compared.
    title_key: Mapped[str] = mapped_column(unique=True)
    body_fr: Mapped[str]
    body_en: Mapped[str]
    natures: Mapped[list[str]] = mapped_column(ARRAY(Text))
    statuses: Mapped[list[str]] = mapped_column(ARRAY(Text))
    step: Mapped[ToStep] = mapped_column(Text, server_default="")
    exchange_type: Mapped[ToType] = mapped_column(Text, server_default="")
    to_status: Mapped[ToStatus] = mapped_column(Text, server_default="")
    to_reason: Mapped[ToReason] = mapped_column(Text, server_default="")
    note_fr: Mapped[str] = mapped_column(server_default="")
    note_en: Mapped[str] = mapped_column(server_default="")
    used_count: Mapped[int] = mapped_column(server_default=text("0"))
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID]
    changed_by_name: Mapped[str]

    def require_whole(self) -> None:
        """What the incident or the exchange would refuse whatever their state is not saved."""
        if (self.to_status == "pending") != bool(self.to_reason):
            raise ReasonWithPending(field="to_reason")
        if self.exchange_type and self.step != "approve":
            raise TypeWithApproval(field="exchange_type")
        if (self.note_fr or self.note_en) and not (self.step or self.to_status):
            raise NoteLeadsNowhere(field="note_fr")
        is_needed = self.to_status == "rejected" or self.step in ("reject", "cancel") or self.note_en
        if is_needed and not self.note_fr:
            raise NoteNeeded(field="note_fr")
