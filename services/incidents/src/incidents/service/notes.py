"""SQP's notes: what its people write for each other. Neither the text nor that there is one leaves SQP."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging import outbox
from events.incidents import Actor
from incidents import event_mapper, repository
from incidents.errors import UnknownMention
from incidents.models import Incident, Message
from web.text import codes

# A log-in after an @ that begins a word: no e-mail address, no link.
MENTION = re.compile(r"(?<![\w.@/-])@([0-9A-Za-z][0-9A-Za-z._-]{2,39})")


async def add(
    session: AsyncSession, incident: Incident, message: Message, mentions: Sequence[UUID], by: Actor
) -> Message:
    """Raises UnknownMention. Told by an event without text, and in no feed of changes."""
    message.mentioned_ids = await _mentioned(session, message.body, mentions)
    before = await repository.writers_of_notes(session, incident.number)
    session.add(message)
    await session.flush()
    incident.bump_version("internal")
    writers = [each for each in before if each != by.user_id]
    outbox.add(session, event_mapper.note_written(incident, by, message, writers))
    return message


async def _mentioned(session: AsyncSession, body: str, chosen: Sequence[UUID]) -> list[UUID]:
    """Those who were chosen, and those whose log-in stands in the text, in the order of their names."""
    written = {word: _log_ins(word) for word in MENTION.findall(body)}
    log_ins = {log_in for each in written.values() for log_in in each}
    known = await repository.colleagues(session, chosen, log_ins)
    for word, possible in written.items():
        if not any(person.login in possible for person in known):
            raise UnknownMention(word=word, field="body")
    if not set(chosen) <= {person.id for person in known}:
        raise UnknownMention(field="mentions")
    return [person.id for person in known]


def _log_ins(word: str) -> set[str]:
    """The word may end a sentence."""
    return {codes.login(word), codes.login(word.rstrip(".-"))}
