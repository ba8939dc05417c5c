"""The HTTP of the notifications service."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from api import notifications as schemas
from api import reminders
from api.notifications import SubjectType
from chassis import audit
from chassis.http import idempotency
from chassis.http.paging import Cursor, Limit, count
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from notifications import auth, queries, reminder_log, service, sse, views
from notifications.dependencies import ServicesDep
from notifications.errors import NotificationNotFound
from notifications.places import Place
from notifications.settings import Settings
from web.auth.principal import Principal
from web.errors import Forbidden, Unauthenticated
from web.http.draining import Draining
from web.i18n import Language, negotiate
from web.schemas import ContractNumber

notifications = APIRouter(tags=["notifications"], route_class=UnitOfWorkRoute)


@notifications.get("/notifications")
async def list_notifications(
    request: Request,
    principal: auth.Person,
    reader: Reader,
    unread: bool = False,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> schemas.NotificationPage:
    """The caller's own feed, newest first, all of it or the unread alone."""
    user = _user(principal)
    query = queries.feed(user, unread)
    rows, following = await queries.page(reader, query, limit, cursor)
    total, total_is = await count(reader, query)
    language = await _language(request, reader, user)
    return schemas.NotificationPage(
        items=[views.line(row, language) for row in rows],
        total=total,
        total_is=total_is,
        next=following,
        unread_count=(await queries.unread_counts(reader, [user])).get(user, 0),
    )


@notifications.post("/notifications/read", dependencies=[idempotency.Documented])
async def mark_read(body: schemas.MarkRead, principal: auth.Person, session: Session) -> schemas.Marked:
    """Marks the caller's own notifications read; the caller's other pages hear of it by the stream."""
    audit.skip(session)
    marked, unread = await service.mark_read(session, principal, body)
    return schemas.Marked(marked=marked, unread_count=unread)


@notifications.get("/notifications/unread")
async def list_unread(
    principal: auth.Person,
    reader: Reader,
    type_: Annotated[SubjectType, Query(alias="type")] = "incident",
    identifier: Annotated[list[schemas.SubjectId] | None, Query(alias="id", max_length=200)] = None,
) -> schemas.UnreadSubjects:
    """What the caller has unread lines about, at most 1,000: of these subjects (``id``, repeatable), or of all."""
    rows = await queries.unread_subjects(reader, _user(principal), type_, identifier)
    return schemas.UnreadSubjects(items=[views.unread_subject(type_, row) for row in rows])


@notifications.get("/notifications/reminders")
async def list_told_reminders(
    request: Request, principal: auth.Person, reader: Reader, contract: ContractNumber
) -> reminders.ToldReminders:
    """The recipients of a contract's reminders, and the state of each e-mail. A client sees its own people, a reseller
    also its clients', SQP all. The list is empty for a contract without reminders, and for one that the caller may not
    see."""
    language = await _language(request, reader, _user(principal))
    return await reminder_log.of(reader, contract, principal, language)


@notifications.get("/notifications/preferences")
async def get_preferences(principal: auth.Person, reader: Reader) -> schemas.Preferences:
    return views.preferences(*await queries.preferences(reader, _user(principal)))


@notifications.put("/notifications/preferences")
async def put_preferences(
    body: schemas.PreferencesPut, principal: auth.Person, session: Session
) -> schemas.Preferences:
    """Replaces the caller's choices."""
    email, app = body.email.model_dump(), body.app.model_dump()
    await service.put_preferences(session, principal, email, app)
    return views.preferences(email, app)


@notifications.get(
    "/notifications/stream",
    response_class=sse.EventStream,
    responses={200: {"description": "Events until the page leaves or its time is over", "content": sse.CONTENT}},
)
async def stream(
    request: Request,
    principal: auth.Person,
    _place: Place,
    reader: Reader,
    services: ServicesDep,
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
) -> sse.EventStream:
    """Server-sent events: ``notification`` {id, kind, title, body, subject, created_at, unread_count},
    ``notifications.read`` {unread_count}, ``incident.changed`` {number, what: declared|status|message|files, thread?}
    for every incident and thread that the caller may read, and ``reset`` when ``Last-Event-ID`` is too old to resume
    from. It ends after a while: reconnect."""
    settings: Settings = request.app.state.settings
    user = _user(principal)
    if principal.session_id and await queries.closed_among(reader, [principal.session_id]):
        raise Unauthenticated
    if await queries.shut_out(reader, [user]):
        raise Forbidden
    draining: Draining = request.app.state.draining
    page = sse.page(services.hub, principal, settings, last_event_id)
    return sse.EventStream(draining.until(page), settings.stream_send_timeout)


@notifications.get("/notifications/{identifier}")
async def get_notification(
    identifier: UUID, request: Request, principal: auth.Person, reader: Reader
) -> schemas.Notification:
    """One line of the caller's own feed; looking at it does not mark it read."""
    row = await queries.line(reader, _user(principal), identifier)
    if row is None:
        raise NotificationNotFound
    return views.line(row, await _language(request, reader, _user(principal)))


def _user(principal: Principal) -> UUID:
    assert principal.user_id is not None
    return principal.user_id


async def _language(request: Request, reader: AsyncConnection, user: UUID) -> Language:
    """The person's own language; what the request asks for while the person is unknown here."""
    known = await queries.language(reader, user)
    return known or negotiate(request.headers.get("accept-language"))
