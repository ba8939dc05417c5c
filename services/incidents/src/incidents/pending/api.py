"""The HTTP of messages that wait: their author's alone, who may take them back."""

from __future__ import annotations

import math
from uuid import UUID

from fastapi import APIRouter

from api.incidents import Number
from api.incidents import messages as schemas
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from chassis.sql import AnyRow
from events.incidents import Thread
from incidents import auth
from incidents.auth import actor
from incidents.language import Lang
from incidents.pending import repository, service
from incidents.service.loading import to_read
from web import clock
from web.i18n import Language

pending = APIRouter(prefix="/incidents/{number}/pending-messages", tags=["incidents"], route_class=UnitOfWorkRoute)


@pending.get("")
async def list_pending_messages(
    number: Number, thread: Thread, principal: auth.SqpWriter, reader: Reader, language: Lang
) -> schemas.PendingMessages:
    """The caller's own in this thread, oldest first: those that leave in a moment, and those that could not."""
    await to_read(reader, number, principal)
    found = await repository.own(reader, number, thread, principal.user_id)
    return schemas.PendingMessages(items=[_pending(row, language) for row in found])


@pending.delete("/{message_id}", status_code=204)
async def undo_message(number: Number, message_id: UUID, principal: auth.SqpWriter, session: Session) -> None:
    """Makes a draft of it, before what the caller has begun since. 409 ``sent_already`` once it is due."""
    await service.undo(session, number, message_id, actor(principal))


def _pending(row: AnyRow, language: Language) -> schemas.PendingMessage:
    left = (row.due_at - clock.now()).total_seconds()
    return schemas.PendingMessage(
        id=row.id,
        thread=row.thread,
        body=row.body,
        file_ids=row.file_ids,
        due_at=row.due_at,
        seconds=max(0, math.ceil(left)),
        refusal=row.refusal[language] if row.refusal else "",
    )
