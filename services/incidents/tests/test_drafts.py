"""Drafts: a user's own, opaque, bounded, and gone after thirty days."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from devkit.harness import CLIENT, CLIENT_BASIC, OTHER_CLIENT, RESELLER, back_office, person
from web import clock
from web.auth.principal import Principal

COLLEAGUE = person("reseller", "REV-0001", name="Collègue")


async def put(desk: Any, draft: UUID, by: Principal = RESELLER, content: Any = None, contract: str = "29962") -> Any:
    body = {"contract_number": contract, "content": {"title": "Prob"} if content is None else content}
    return await desk.as_(by).put(f"/incident-drafts/{draft}", json=body)


async def status(desk: Any, draft: UUID, by: Principal = RESELLER) -> int:
    code: int = (await desk.as_(by).get(f"/incident-drafts/{draft}")).status_code
    return code


async def test_a_draft_is_kept_replaced_and_deleted(open_desk: Any) -> None:
    draft = uuid4()
    assert (await put(open_desk, draft)).status_code == 200
    await put(open_desk, draft, content={"title": "Problème", "serials": ["Q207B17555"], "nested": {"é": None}})
    seen = (await open_desk.as_(RESELLER).get(f"/incident-drafts/{draft}")).json()
    assert seen["content"] == {"title": "Problème", "serials": ["Q207B17555"], "nested": {"é": None}}
    assert (seen["id"], seen["contract_number"]) == (str(draft), "29962")
    http = open_desk.as_(RESELLER)
    assert [(await http.delete(f"/incident-drafts/{draft}")).status_code for _ in range(2)] == [204, 404]
    assert await status(open_desk, draft) == 404


async def test_a_draft_that_is_not_there_is_no_refusal_on_record(open_desk: Any) -> None:
    http, draft = open_desk.as_(RESELLER), f"/incident-drafts/{uuid4()}"
    assert [(await http.get(draft)).status_code, (await http.delete(draft)).status_code] == [404, 404]
    assert (await http.get("/incidents/99999999")).status_code == 404
    on_record = (await http.get("/audit/incidents", params={"action": "request.refuse"})).json()["items"]
    assert [entry["subject"] for entry in on_record] == ["/api/v1/incidents/99999999"]


@pytest.mark.parametrize("other", [COLLEAGUE, CLIENT, OTHER_CLIENT])
async def test_a_draft_is_its_users_own(open_desk: Any, other: Principal) -> None:
    draft = uuid4()
    await put(open_desk, draft)
    assert await status(open_desk, draft, other) == 404
    assert (await open_desk.as_(other).delete(f"/incident-drafts/{draft}")).status_code == 404
    assert await status(open_desk, draft) == 200


async def test_the_same_id_of_two_users_is_two_drafts(open_desk: Any) -> None:
    draft = uuid4()
    await put(open_desk, draft, RESELLER, {"of": "reseller"})
    await put(open_desk, draft, CLIENT, {"of": "client"})
    assert (await open_desk.as_(RESELLER).get(f"/incident-drafts/{draft}")).json()["content"] == {"of": "reseller"}


@pytest.mark.parametrize("by", [CLIENT_BASIC, back_office("incidents:read")])
async def test_who_may_not_declare_keeps_no_draft(open_desk: Any, by: Principal) -> None:
    assert (await put(open_desk, uuid4(), by)).status_code == 403


async def test_a_draft_is_for_a_contract_that_one_sees(open_desk: Any) -> None:
    foreign = await put(open_desk, uuid4(), OTHER_CLIENT)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "contract_not_found")


@pytest.mark.parametrize(
    "content",
    [{"title": "x" * 65_536}, {"title": "é" * 32_768}, [], "text", 3],
)
async def test_a_draft_is_bounded_and_storable(open_desk: Any, content: Any) -> None:
    draft = uuid4()
    answer = await put(open_desk, draft, content=content)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, ["content"])
    assert await status(open_desk, draft) == 404


async def test_a_draft_is_kept_without_what_no_database_holds(open_desk: Any) -> None:
    draft = uuid4()
    content = {"title": "a\u0000b", "k\u0000ey": ["\u0000", {"x": "\\u0000"}], "n": 1}
    assert (await put(open_desk, draft, content=content)).status_code in (200, 201)
    kept = (await open_desk.as_(RESELLER).get(f"/incident-drafts/{draft}")).json()["content"]
    assert kept == {"title": "ab", "key": ["", {"x": "\\u0000"}], "n": 1}


@pytest.mark.parametrize("raw", [b'{"n": NaN}', b'{"n": 1e999}', b'{"s": "\\ud800"}'])
async def test_json_that_no_database_holds_is_refused(open_desk: Any, raw: bytes) -> None:
    answer = await open_desk.as_(RESELLER).put(
        f"/incident-drafts/{uuid4()}",
        content=b'{"contract_number": "29962", "content": ' + raw + b"}",
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 422


async def test_a_user_keeps_fifty_drafts_at_most(open_desk: Any) -> None:
    drafts = [uuid4() for _ in range(50)]
    for draft in drafts:
        assert (await put(open_desk, draft)).status_code == 200
    refused = await put(open_desk, uuid4())
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_drafts")
    assert (await put(open_desk, drafts[0], content={"again": 1})).status_code == 200


async def test_a_draft_is_gone_thirty_days_after_its_last_change(open_desk: Any, at: Any) -> None:
    start = clock.now()
    at(start)
    old, changed = uuid4(), uuid4()
    for draft in (old, changed):
        await put(open_desk, draft)
    at(start + timedelta(days=1))
    await put(open_desk, changed)
    at(start + timedelta(days=30, seconds=1))
    await open_desk.harness.run_job("incidents.expire_drafts")
    assert [await status(open_desk, draft) for draft in (old, changed)] == [404, 200]


async def test_drafts_that_come_together_are_bounded_too(open_desk: Any) -> None:
    answers = await asyncio.gather(*(put(open_desk, uuid4()) for _ in range(60)))
    assert sum(answer.status_code == 200 for answer in answers) == 50
