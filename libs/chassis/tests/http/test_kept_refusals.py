"""A refusal that must be on record keeps its transaction; routers may answer at the root."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Depends
from sqlalchemy import text

from chassis.http.unit_of_work import Session, UnitOfWorkRoute
from devkit.harness import Harness
from web.auth.rules import Public
from web.errors import Conflict
from web.i18n import text as sentence

router = APIRouter(route_class=UnitOfWorkRoute, dependencies=[Depends(Public("a test"))])
INSERT = text("INSERT INTO inbox (consumer, event_id) VALUES ('test', gen_random_uuid())")


class OnRecord(Conflict):
    code = "on_record"
    message = sentence("Refusé et noté.", "Refused and noted.")
    keeps_changes = True


class Forgotten(OnRecord):
    keeps_changes = False


@router.post("/noted")
async def noted(session: Session) -> None:
    await session.execute(INSERT)
    raise OnRecord


@router.post("/forgotten")
async def forgotten(session: Session) -> None:
    await session.execute(INSERT)
    raise Forgotten


async def test_only_a_refusal_that_keeps_its_changes_leaves_any(harness: Harness) -> None:
    at_the_root = Harness(replace(harness.service, routers=(), root_routers=(router,)), harness.keys)
    kept = []
    async with at_the_root.client() as http:
        for path in ("/forgotten", "/noted"):
            answer = await http.post(path)
            assert (answer.status_code, answer.json()["code"]) == (409, "on_record")
            async with harness.service.database.reader() as reader:
                kept.append((await reader.execute(text("SELECT count(*) FROM inbox"))).scalar_one())
    assert kept == [0, 1]
