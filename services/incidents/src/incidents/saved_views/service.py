"""Views are saved, changed, removed and counted; and what of an old one still holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from api.incidents import desk_views as schemas
from chassis import audit
from chassis.locks import one_at_a_time
from chassis.sql import AnyRow
from events.incidents import Actor
from incidents.desk.queries import MINE, UNASSIGNED
from incidents.saved_views import repository
from incidents.saved_views.errors import NameTaken, NotYoursToShare, TooManyViews, ViewNotFound
from incidents.saved_views.models import SavedView
from web import clock
from web.auth.principal import Principal
from web.http.preconditions import Precondition
from web.text.folding import fold

# Of a person, and shared: they stand above the queue, and each is counted.
MOST = 20


async def create(session: AsyncSession, wanted: schemas.DeskViewCreate, by: Actor) -> SavedView:
    """Raises NameTaken, TooManyViews."""
    assert by.user_id is not None, "the route lets people in only"
    view = SavedView(id=uuid4(), version=0, owner_id=by.user_id, owner_name=by.name, is_shared=False)
    await one_at_a_time(session, "saved_views")
    await _require_room(session, view, shared=wanted.is_shared)
    await _name(session, view, wanted.name, by)
    view.is_shared, view.query = wanted.is_shared, _stored(wanted.query)
    _changed(session, view)
    session.add(view)
    return view


async def change(
    session: AsyncSession, identifier: UUID, wanted: schemas.DeskViewPatch, by: Actor, precondition: Precondition
) -> SavedView:
    """What is shared is all administrators' to change. Raises ViewNotFound, NameTaken, TooManyViews,
    NotYoursToShare."""
    await one_at_a_time(session, "saved_views")
    view = await _for_change(session, identifier, by, precondition)
    if wanted.is_shared is not None and wanted.is_shared != view.is_shared:
        if view.owner_id != by.user_id:
            raise NotYoursToShare(field="is_shared")
        await _require_room(session, view, shared=wanted.is_shared)
        view.is_shared = wanted.is_shared
    if wanted.name is not None:
        await _name(session, view, wanted.name, by)
    if wanted.query is not None:
        view.query = _stored(wanted.query)
    _changed(session, view)
    return view


async def remove(session: AsyncSession, identifier: UUID, by: Actor, precondition: Precondition) -> None:
    view = await _for_change(session, identifier, by, precondition)
    audit.name(session, view.name)
    await session.delete(view)


async def answers(
    reader: AsyncConnection, rows: Sequence[AnyRow | SavedView], principal: Principal
) -> list[schemas.DeskView]:
    held = [_held(row.query) for row in rows]
    people = await repository.at_the_desk(
        reader, {UUID(each["who"]) for each, _ in held if _is_person(each)}, principal.organisation_id
    )
    return [_answer(row, *each, people, principal) for row, each in zip(rows, held, strict=True)]


async def counts(reader: AsyncConnection, principal: Principal) -> list[schemas.DeskViewCount]:
    now, me = clock.now(), principal.user_id
    views = await answers(reader, await repository.rows(reader, me), principal)
    counted = []
    for view in views:
        if view.lost:
            continue
        query = schemas.DeskQuery.model_validate(view.query)
        who = query.who if query.who in ("", MINE, UNASSIGNED) else UUID(query.who)
        count = await repository.count(reader, query, who, me, now)
        counted.append(schemas.DeskViewCount(id=view.id, count=count))
    return counted


def _held(stored: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """What of a stored query the desk still knows, and the names of what it does not."""
    held, lost = {}, []
    for name, value in stored.items():
        try:
            schemas.DeskQuery.model_validate({name: value})
        except ValidationError:
            lost.append(name)
        else:
            held[name] = str(value)
    return held, lost


def _is_person(query: Mapping[str, str]) -> bool:
    return query.get("who", "") not in ("", MINE, UNASSIGNED)


def _answer(
    row: AnyRow | SavedView, held: dict[str, str], lost: list[str], people: set[UUID], principal: Principal
) -> schemas.DeskView:
    if _is_person(held) and UUID(held["who"]) not in people:
        held = {name: value for name, value in held.items() if name != "who"}
        lost = [*lost, "who"]
    return schemas.DeskView(
        id=row.id,
        version=row.version,
        name=row.name,
        is_shared=row.is_shared,
        is_mine=row.owner_id == principal.user_id,
        owner_name=row.owner_name,
        query=held,
        lost=lost,
    )


def _stored(query: schemas.DeskQuery) -> dict[str, Any]:
    """Without what is as it is anyway."""
    return query.model_dump(mode="json", exclude_defaults=True)


async def _for_change(session: AsyncSession, identifier: UUID, by: Actor, precondition: Precondition) -> SavedView:
    view = await repository.for_change(session, identifier, by.user_id)
    if view is None:
        raise ViewNotFound
    precondition.check(view.version)
    return view


async def _name(session: AsyncSession, view: SavedView, name: str, by: Actor) -> None:
    key = fold(name)
    if await repository.named(session, key, by.user_id) not in (None, view.id):
        raise NameTaken(named=name, field="name")
    view.name, view.name_key = name, key


async def _require_room(session: AsyncSession, view: SavedView, *, shared: bool) -> None:
    if await repository.how_many(session, view.owner_id, shared=shared) >= MOST:
        raise TooManyViews(most=MOST)


def _changed(session: AsyncSession, view: SavedView) -> None:
    view.version += 1
    view.changed_at = clock.now()
    audit.name(session, view.name)
