"""Keeps what is searched beside what is written: call it with the message, the declaration or the file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Text, bindparam, cast, delete, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import ARRAY, REGCONFIG, insert
from sqlalchemy.ext.asyncio import AsyncSession

from incidents.models import Attachment, Incident, Message
from incidents.searching.models import SearchText
from web.text.prose import lexemes

# Of the newest texts that :func:`catch_up` looks at.
CAUGHT_UP = 1000
FRENCH = cast(literal_column("'french'"), REGCONFIG)

# Every word as it stands, and the stem of those that French has one for.
_ADD = insert(SearchText).values(
    id=bindparam("id"),
    incident_number=bindparam("incident_number"),
    reseller_id=bindparam("reseller_id"),
    client_id=bindparam("client_id"),
    part=bindparam("part"),
    scope=bindparam("scope"),
    message_id=bindparam("message_id"),
    attachment_id=bindparam("attachment_id"),
    at=bindparam("at"),
    words=func.array_to_tsvector(bindparam("lexemes", type_=ARRAY(Text))).op("||")(
        func.strip(func.to_tsvector(FRENCH, func.array_to_string(bindparam("lexemes", type_=ARRAY(Text)), " ")))
    ),
)
ADD = _ADD.on_conflict_do_nothing()

# What the previous release wrote meanwhile, too; the columns of every SELECT are those of :func:`row`.
OF_INCIDENT = (Incident.number, Incident.reseller_id, Incident.client_id)
DECLARATIONS = select(*OF_INCIDENT, Incident.declared_at.label("at"), Incident.description.label("text"))
MESSAGES = (
    select(*OF_INCIDENT, Message.at, Message.body.label("text"), Message.thread.label("scope"), Message.id)
    .join(Incident, Incident.number == Message.incident_number)
    .order_by(Message.position.desc())
)
FILES = (
    select(*OF_INCIDENT, Attachment.attached_at.label("at"), Attachment.name.label("text"), Attachment.scope)
    .add_columns(Attachment.id)
    .join(Incident, Incident.number == Attachment.incident_number)
    .where(Attachment.state == "bound", Attachment.name.is_not(None))
    .order_by(Attachment.id.desc())
)


async def add_declaration(session: AsyncSession, incident: Incident) -> None:
    await _add(session, incident, incident.declared_at, incident.description)


async def add_message(session: AsyncSession, incident: Incident, message: Message) -> None:
    await _add(session, incident, message.at, message.body, scope=message.thread, message_id=message.id)


async def add_file(session: AsyncSession, attachment: Attachment) -> None:
    """A file that is bound: before, it has no name."""
    incident = await session.get_one(Incident, attachment.incident_number)
    name, scope = attachment.name or "", attachment.scope
    await _add(session, incident, attachment.attached_at, name, part="file", scope=scope, attachment_id=attachment.id)


async def remove_file(session: AsyncSession, attachment: Attachment) -> None:
    await session.execute(delete(SearchText).where(SearchText.attachment_id == attachment.id))


async def give(session: AsyncSession, incident: Incident) -> None:
    """The incident has another client than before, or none."""
    of_incident = SearchText.incident_number == incident.number
    await session.execute(update(SearchText).where(of_incident).values(client_id=incident.client_id))


async def catch_up(session: AsyncSession) -> int:
    """Adds what the previous release wrote while this one started; how many of the newest texts there were to add."""
    missing: list[dict[str, Any]] = []
    declared = DECLARATIONS.order_by(Incident.number_key.desc()).limit(CAUGHT_UP).subquery()
    alone = (SearchText.message_id.is_(None), SearchText.attachment_id.is_(None))
    known = select(SearchText.id).where(SearchText.incident_number == declared.c.number, *alone).exists()
    missing += [row(each._asdict()) for each in await session.execute(select(declared).where(~known))]
    said = MESSAGES.limit(CAUGHT_UP).subquery()
    known = select(SearchText.id).where(SearchText.message_id == said.c.id).exists()
    found = await session.execute(select(said).where(~known))
    missing += [row(each._asdict(), message_id=each.id) for each in found]
    files = FILES.limit(CAUGHT_UP).subquery()
    known = select(SearchText.id).where(SearchText.attachment_id == files.c.id).exists()
    found = await session.execute(select(files).where(~known))
    missing += [row(each._asdict(), part="file", attachment_id=each.id) for each in found]
    if missing:
        await session.execute(ADD, missing)
    return len(missing)


def row(found: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The values of ``ADD`` for one text."""
    return {
        "id": uuid4(),
        "incident_number": found["number"],
        "reseller_id": found["reseller_id"],
        "client_id": found["client_id"],
        "part": "message",
        "scope": found.get("scope", "declaration"),
        "message_id": None,
        "attachment_id": None,
        "at": found["at"],
        "lexemes": lexemes(found["text"]),
        **more,
    }


async def _add(
    session: AsyncSession,
    incident: Incident,
    at: datetime,
    text: str,
    *,
    message_id: UUID | None = None,
    **more: Any,
) -> None:
    of_incident = {"number": incident.number, "reseller_id": incident.reseller_id, "client_id": incident.client_id}
    await session.execute(ADD, row({**of_incident, "at": at, "text": text}, message_id=message_id, **more))
