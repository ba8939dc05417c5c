"""Idempotency-Key: one effect per key, caller and route, whatever is repeated and whenever."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from sample.testing import scalar
from sqlalchemy import text

from chassis.http import idempotency
from devkit.harness import OTHER_RESELLER, RESELLER, RESELLER_BASIC, Harness
from web.auth.principal import Principal

NOTES = "/api/v1/notes"


async def post(
    harness: Harness, key: str, body: dict[str, Any], *, by: Principal = RESELLER, to: str = NOTES
) -> httpx.Response:
    async with harness.client(by) as http:
        return await http.post(to, json=body, headers={"Idempotency-Key": key})


async def notes(harness: Harness) -> int:
    return int(await scalar(harness.service.database, "SELECT count(*) FROM notes"))


async def test_the_same_request_gets_the_same_answer_and_no_second_effect(harness: Harness) -> None:
    first = await post(harness, "k", {"text": "a"})
    again = await post(harness, "k", {"text": "a"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert await notes(harness) == 1
    assert await scalar(harness.service.database, "SELECT count(*) FROM outbox") == 1


async def test_the_same_key_with_another_body_is_refused(harness: Harness) -> None:
    await post(harness, "k", {"text": "a"})
    answer = await post(harness, "k", {"text": "b"})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await notes(harness) == 1


@pytest.mark.parametrize("by", [OTHER_RESELLER, RESELLER_BASIC])
async def test_another_callers_key_is_another_key(harness: Harness, by: Principal) -> None:
    first = await post(harness, "k", {"text": "a"})
    other = await post(harness, "k", {"text": "b"}, by=by)
    assert other.status_code == 201
    assert other.json() != first.json()


async def test_the_key_with_another_query_is_another_key(harness: Harness) -> None:
    first = await post(harness, "k", {"text": "a"}, to=f"{NOTES}?thread=sqp")
    other = await post(harness, "k", {"text": "a"}, to=f"{NOTES}?thread=client")
    assert "idempotency-replayed" not in other.headers
    assert other.json() != first.json()


async def test_the_key_on_another_route_is_another_key(harness: Harness) -> None:
    await post(harness, "k", {"text": "a"})
    assert (await post(harness, "k", {"text": "b"}, to="/api/v1/letters")).status_code == 201


async def test_a_request_in_flight_refuses_its_repetition_at_once(harness: Harness) -> None:
    async with harness.service.database.transaction() as holder:
        scope = f"{RESELLER.tenant} {NOTES}"
        await idempotency.claim(holder, scope, "k")
        answer = await post(harness, "k", {"text": "a"})
    assert (answer.status_code, answer.json()["code"]) == (409, "request_in_flight")
    assert answer.headers["retry-after"] == "1"
    assert (await post(harness, "k", {"text": "a"})).status_code == 201


async def test_repetitions_side_by_side_have_one_effect(harness: Harness) -> None:
    answers = await asyncio.gather(*(post(harness, "k", {"text": "a"}) for _ in range(12)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert await notes(harness) == 1


async def test_a_refused_request_may_be_tried_again_with_its_key(harness: Harness) -> None:
    """Only what was done is remembered."""
    assert (await post(harness, "k", {"text": "a", "then": "refuse"})).status_code == 404
    assert (await post(harness, "k", {"text": "a"})).status_code == 201


async def test_malformed_input_with_a_key_stays_malformed(harness: Harness) -> None:
    for _ in range(2):
        assert (await post(harness, "k", {"text": ""})).status_code == 422


async def test_without_a_token_a_key_shows_nothing(harness: Harness) -> None:
    await post(harness, "k", {"text": "a"})
    async with harness.client() as http:
        answer = await http.post(NOTES, json={"text": "a"}, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 401


@pytest.mark.parametrize("key", ["", "x" * 256, "a\x00b", "é"])
async def test_a_malformed_key_is_refused(harness: Harness, key: str) -> None:
    async with harness.client(RESELLER) as http:
        headers = [(b"idempotency-key", key.encode())]
        answer = await http.post(NOTES, json={"text": "a"}, headers=headers)
    assert answer.status_code == 422
    assert await notes(harness) == 0


async def test_after_a_day_the_key_is_free(harness: Harness) -> None:
    await post(harness, "k", {"text": "a"})
    async with harness.service.database.transaction() as session:
        await session.execute(text("UPDATE idempotency SET created_at = now() - interval '25 hours'"))
    await harness.run_job("sample.clear_away")
    assert (await post(harness, "k", {"text": "b"})).status_code == 201
