"""The table that texts are searched in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from api.incidents.texts import TextPart
from events.incidents import Scope
from incidents.models.base import Base

NEWEST_FIRST = (text("at DESC NULLS LAST"), text("id DESC"))


class SearchText(Base):
    """The words of a message, of a declaration (neither ``message_id`` nor ``attachment_id``) or of a file's name.

    ``reseller_id`` and ``client_id`` are the incident's: with ``scope`` they say who may find it, without a look at
    any other table but for a client's basic people. Texts of an id without order: a counter would tell of texts that
    the reader does not read.
    """

    __tablename__ = "search_texts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    incident_number: Mapped[str] = mapped_column(ForeignKey("incidents.number"), index=True)
    reseller_id: Mapped[UUID]
    client_id: Mapped[UUID | None]
    part: Mapped[TextPart]
    scope: Mapped[Scope]
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id"), unique=True)
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachments.id"), unique=True)
    at: Mapped[datetime]
    words: Mapped[str] = mapped_column(TSVECTOR)

    __table_args__ = (
        # Of a reseller's or a client's texts alone where one of them asks; without the list of pending entries, through
        # which every search would read.
        Index(
            "ix_search_texts_words",
            "reseller_id",
            "client_id",
            "words",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
        # In the order of chassis.http.paging, without which the newest would be sorted out of all that a word finds.
        Index("ix_search_texts_newest", "part", *NEWEST_FIRST),
        Index("ix_search_texts_of_reseller", "reseller_id", "part", *NEWEST_FIRST),
        Index("ix_search_texts_of_client", "client_id", "part", *NEWEST_FIRST),
        Index(
            "uq_search_texts_declaration",
            "incident_number",
            unique=True,
            postgresql_where=text("message_id IS NULL AND attachment_id IS NULL"),
        ),
    )
