"""Routes of the sample, one of each kind."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import select

from chassis.http import idempotency, paging
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from chassis.messaging import outbox
from chassis.searching import matches
from sample.models import Note
from sample.told import NoteWritten
from web.auth.principal import Principal
from web.auth.rules import people
from web.errors import NotFound
from web.http.preconditions import IfMatch, set_etag
from web.schemas import Line, Page, Request

router = APIRouter(route_class=UnitOfWorkRoute)

Person = Annotated[Principal, Depends(people())]
SORTS: dict[str, Any] = {"rank": Note.rank, "text": Note.text}


class NoteCreate(Request):
    text: Line
    rank: int | None = None
    then: str = ""


class NotePatch(Request):
    text: Line


@router.post("/notes", status_code=201, dependencies=[idempotency.Documented])
async def write(session: Session, wanted: NoteCreate, _person: Person) -> dict[str, str]:
    note = Note(id=uuid4(), version=1, text=wanted.text, rank=wanted.rank)
    session.add(note)
    outbox.add(session, NoteWritten(version=1, note=str(note.id), text=note.text))
    await session.flush()
    if wanted.then == "fail":
        raise RuntimeError("after the insert")
    if wanted.then == "refuse":
        raise NotFound
    return {"id": str(note.id)}


@router.post("/letters", status_code=201)
async def other(session: Session, wanted: NoteCreate, person: Person) -> dict[str, str]:
    return await write(session, wanted, person)


@router.get("/notes")
async def listing(
    reader: Reader,
    _person: Person,
    sort: str = "rank",
    limit: paging.Limit = 50,
    cursor: paging.Cursor = None,
    q: paging.Search = "",
) -> Page[dict[str, Any]]:
    order = paging.Sort.parse(sort, SORTS)
    query = select(Note.id, Note.rank, Note.text).where(matches(Note.text.expression, q))
    total, total_is = await paging.count(reader, query)
    found = (await reader.execute(paging.page(query, order, Note.id.expression, limit, cursor))).all()
    rows, following = paging.split(found, order, limit)
    items = [{"id": str(row.id), "rank": row.rank, "text": row.text} for row in rows]
    return Page(items=items, total=total, total_is=total_is, next=following)


@router.get("/notes/{note}")
async def one(reader: Reader, response: Response, note: UUID, _person: Person) -> dict[str, Any]:
    row = (await reader.execute(select(Note.text, Note.version).where(Note.id == note))).one_or_none()
    if row is None:
        raise NotFound
    set_etag(response, row.version)
    return {"text": row.text, "version": row.version}


@router.patch("/notes/{note}")
async def change(session: Session, note: UUID, wanted: NotePatch, if_match: IfMatch, _person: Person) -> dict[str, Any]:
    found = await session.get(Note, note, with_for_update=True)
    if found is None:
        raise NotFound
    if_match.check(found.version)
    found.text, found.version = wanted.text, found.version + 1
    return {"version": found.version}


@router.get("/echo")
async def echo(_person: Person, n: Annotated[int, Query(ge=1)] = 1) -> dict[str, int]:
    return {"n": n}
