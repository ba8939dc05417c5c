"""The tables of the desk: an incident's place in the queue, and the log of assignments."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from api.incidents.desk import Act, Action
from events import OrganisationKind
from events.incidents import Actor, Status
from incidents.desk.rule import Next
from incidents.models.base import Base


class DeskItem(Base):
    """What is next on an incident. ``action_at``: when it is due, in the future while it need not be looked at yet;
    empty like ``action`` where SQP has nothing to do.

    ``number_key``, ``reseller_id``, ``service_level``, ``declared_at`` and ``status`` are the incident's, so that the
    queue is ordered and filtered here alone. ``revision`` is the incident's as of which the row was written,
    ``changes`` counts these times: what a person passed over, or was given, holds until the count goes on.
    """

    __tablename__ = "desk_items"

    incident_number: Mapped[str] = mapped_column(ForeignKey("incidents.number"), primary_key=True)
    number_key: Mapped[str]
    reseller_id: Mapped[UUID]
    service_level: Mapped[str]
    declared_at: Mapped[datetime]
    status: Mapped[Status]
    revision: Mapped[int]
    action: Mapped[Action | None]
    action_at: Mapped[datetime | None]
    # As :func:`incidents.desk.rule.waiting_key`; empty with ``action``.
    waiting_key: Mapped[int | None] = mapped_column(BigInteger)
    # Of a promise that runs.
    promised_on: Mapped[date | None]
    unanswered_since: Mapped[datetime | None]
    spoken_at: Mapped[datetime | None]
    # When SQP first said a word to the parties.
    answered_at: Mapped[datetime | None]
    moved_at: Mapped[datetime]
    last_message_at: Mapped[datetime | None]
    last_message_kind: Mapped[OrganisationKind | None]
    # When a person of SQP last said that nothing was to be done for now.
    settled_at: Mapped[datetime | None]
    # When a person of SQP last put it off, and until when; :class:`incidents.desk.rule.Facts` says whether that holds.
    snoozed_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    # When a person of SQP last reminded the side whose answer is awaited.
    reminded_at: Mapped[datetime | None]
    changes: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    assignee_id: Mapped[UUID | None]
    assignee_name: Mapped[str | None]
    assigned_at: Mapped[datetime | None]
    # The count of ``changes`` at which *next* last gave it to its assignee, and when.
    given_changes: Mapped[int | None]
    given_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_desk_items_action_at",
            "action_at",
            postgresql_where=text("action_at IS NOT NULL"),
            # The queue is ordered and counted from the index alone.
            postgresql_include=["incident_number", "number_key", "waiting_key", "promised_on", "assignee_id"],
        ),
        Index("ix_desk_items_answers", "declared_at", postgresql_include=["answered_at", "status"]),
        Index("ix_desk_items_assignee", "assignee_id", postgresql_where=text("assignee_id IS NOT NULL")),
    )

    def set_next(self, following: Next | None, now: datetime) -> None:
        """Stores the next action. If the same action is due already, it keeps the time since which it is due, and with
        it its place."""
        at = following.at if following else None
        is_same = following is not None and self.action == following.action
        if is_same and at is not None and self.action_at is not None and at <= now:
            at = min(at, self.action_at)
        self.action = following.action if following else None
        self.action_at = at

    def assign(self, user_id: UUID, name: str, at: datetime) -> None:
        if self.assignee_id != user_id:
            self.given_changes, self.given_at, self.assigned_at = None, None, at
        self.assignee_id, self.assignee_name = user_id, name
        self.version += 1

    def give(self, at: datetime) -> None:
        """Notes that *next* gave the incident to its assignee."""
        self.given_changes, self.given_at = self.changes, at

    def release(self) -> None:
        self.assignee_id = self.assignee_name = self.assigned_at = self.given_changes = self.given_at = None
        self.version += 1


class DeskAct(Base):
    """Who did what with an incident at the desk; the application may neither change nor delete it. SQP alone reads it.
    ``to_name``: who got it, or lost it. ``until``: the day until which it was put off. ``changes``: the item's count
    then. No ``by_id``: the platform did it."""

    __tablename__ = "desk_acts"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    incident_number: Mapped[str] = mapped_column(ForeignKey("incidents.number"), index=True)
    act: Mapped[Act]
    at: Mapped[datetime]
    by_id: Mapped[UUID | None]
    by_name: Mapped[str]
    to_id: Mapped[UUID | None]
    to_name: Mapped[str]
    note: Mapped[str]
    until: Mapped[date | None]
    changes: Mapped[int]

    __table_args__ = (
        Index("ix_desk_acts_skipped", "by_id", "incident_number", "changes", postgresql_where=text("act = 'skip'")),
    )

    @classmethod
    def of(
        cls,
        item: DeskItem,
        act: Act,
        by: Actor,
        at: datetime,
        *,
        to: tuple[UUID | None, str | None] = (None, None),
        note: str = "",
        until: date | None = None,
    ) -> DeskAct:
        return cls(
            incident_number=item.incident_number,
            act=act,
            at=at,
            by_id=by.user_id,
            by_name=by.name,
            to_id=to[0],
            to_name=to[1] or "",
            note=note,
            until=until,
            changes=item.changes,
        )
