"""The table of drafts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from events.incidents import Thread
from incidents.models.base import Base


class Draft(Base):
    """A declaration or a message under way, as the portal keeps it: opaque to this service, its user's own.

    ``incident_number`` and ``thread``: where a message is to be sent, which its id is made of; empty of a declaration.
    """

    __tablename__ = "incident_drafts"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    contract_number: Mapped[str]
    incident_number: Mapped[str | None]
    thread: Mapped[Thread | None]
    content: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
