"""The HTTP of one's own lists. A basic user keeps views and columns, too."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.identity import own_lists as schemas
from api.identity.own_lists import ListName
from chassis.http import idempotency
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from identity import auth
from identity.own_lists import service
from web.http.preconditions import IfMatch, set_etag

router = APIRouter(prefix="/me/lists/{list_name}", tags=["me"], route_class=UnitOfWorkRoute)


@router.get("")
async def get_own_list(list_name: ListName, principal: auth.Person, reader: Reader) -> schemas.OwnList:
    """What the caller keeps of this list."""
    me = principal.user_id
    kept = await service.views(reader, me, list_name)
    return schemas.OwnList(
        views=[schemas.ListView.model_validate(row) for row in kept],
        hidden=await service.hidden(reader, me, list_name),
    )


@router.put("/hidden-columns", status_code=204)
async def hide_columns(
    list_name: ListName, body: schemas.HiddenColumnsPut, principal: auth.Person, session: Session
) -> None:
    """These and no others."""
    await service.hide(session, principal.user_id, list_name, body.columns)


@router.post("/views", status_code=201, dependencies=[idempotency.Documented])
async def create_list_view(
    list_name: ListName,
    body: schemas.ListViewCreate,
    request: Request,
    response: Response,
    principal: auth.Person,
    session: Session,
) -> schemas.ListView:
    """409 ``name_taken`` where the caller has a view of that name, ``too_many_views`` from the twenty-first on."""
    saved = await service.save(session, principal.user_id, list_name, body)
    response.headers["Location"] = f"{request.url.path}/{saved.id}"
    set_etag(response, saved.version)
    return schemas.ListView.model_validate(saved)


@router.get("/views/{view_id}")
async def get_list_view(
    list_name: ListName, view_id: UUID, response: Response, principal: auth.Person, reader: Reader
) -> schemas.ListView:
    row = await service.view(reader, principal.user_id, list_name, view_id)
    set_etag(response, row.version)
    return schemas.ListView.model_validate(row)


@router.patch("/views/{view_id}", status_code=204)
async def rename_list_view(
    list_name: ListName,
    view_id: UUID,
    body: schemas.ListViewPatch,
    response: Response,
    principal: auth.Person,
    session: Session,
    precondition: IfMatch,
) -> None:
    saved = await service.rename(session, principal.user_id, list_name, view_id, body.name, precondition)
    set_etag(response, saved.version)


@router.delete("/views/{view_id}", status_code=204)
async def delete_list_view(
    list_name: ListName, view_id: UUID, principal: auth.Person, session: Session, precondition: IfMatch
) -> None:
    await service.remove(session, principal.user_id, list_name, view_id, precondition)
