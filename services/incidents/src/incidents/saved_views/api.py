"""The HTTP of saved views. SQP's people read the shared ones and their own, its administrators save them."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.incidents import desk_views as schemas
from chassis.http import idempotency
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from incidents import auth
from incidents.auth import actor
from incidents.saved_views import repository, service
from incidents.saved_views.errors import ViewNotFound
from web.http.preconditions import IfMatch, set_etag

saved_views = APIRouter(prefix="/desk-views", tags=["desk"], route_class=UnitOfWorkRoute)


@saved_views.get("")
async def list_desk_views(principal: auth.SqpPerson, reader: Reader) -> schemas.DeskViews:
    found = await repository.rows(reader, principal.user_id)
    items = await service.answers(reader, found, principal)
    return schemas.DeskViews(items=items, may_write=principal.is_administrator)


@saved_views.get("/counts")
async def count_desk_views(principal: auth.SqpPerson, reader: Reader) -> schemas.DeskViewCounts:
    """How much each view holds now, 100 at most; ``mine`` is the caller's."""
    return schemas.DeskViewCounts(items=await service.counts(reader, principal))


@saved_views.post("", status_code=201, dependencies=[idempotency.Documented])
async def create_desk_view(
    body: schemas.DeskViewCreate, request: Request, response: Response, principal: auth.SqpWriter, session: Session
) -> schemas.DeskView:
    """409 ``name_taken`` where the caller sees a view of that name already."""
    view = await service.create(session, body, actor(principal))
    await session.flush()
    response.headers["Location"] = f"{request.url.path}/{view.id}"
    set_etag(response, view.version)
    return (await service.answers(await session.connection(), [view], principal))[0]


@saved_views.get("/{view_id}")
async def get_desk_view(
    view_id: UUID, response: Response, principal: auth.SqpPerson, reader: Reader
) -> schemas.DeskView:
    row = await repository.row(reader, view_id, principal.user_id)
    if row is None:
        raise ViewNotFound
    set_etag(response, row.version)
    return (await service.answers(reader, [row], principal))[0]


@saved_views.patch("/{view_id}", status_code=204)
async def change_desk_view(
    view_id: UUID,
    body: schemas.DeskViewPatch,
    response: Response,
    principal: auth.SqpWriter,
    session: Session,
    precondition: IfMatch,
) -> None:
    """A shared view is every administrator's to change; whether it is shared, its maker's alone to say."""
    view = await service.change(session, view_id, body, actor(principal), precondition)
    set_etag(response, view.version)


@saved_views.delete("/{view_id}", status_code=204)
async def delete_desk_view(view_id: UUID, principal: auth.SqpWriter, session: Session, precondition: IfMatch) -> None:
    await service.remove(session, view_id, actor(principal), precondition)
