"""What the mail server has taken while the database could not be told."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession


class Accepted:
    """Ids of e-mails that this process has handed over and whose row does not say so yet: when its transaction is lost,
    the next attempt only writes it down. A process that dies forgets them, and the next one sends a second copy."""

    def __init__(self) -> None:
        self._ids: set[UUID] = set()

    def add(self, session: AsyncSession, email_id: UUID) -> None:
        self._ids.add(email_id)
        event.listen(session.sync_session, "after_commit", lambda _: self._ids.discard(email_id), once=True)

    def __contains__(self, email_id: UUID) -> bool:
        return email_id in self._ids
