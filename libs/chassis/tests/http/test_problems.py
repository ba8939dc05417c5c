"""Every error is application/problem+json in the reader's language, and gives nothing internal away."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sample.testing import eventually
from sqlalchemy import text

from devkit.harness import RESELLER, Harness

NOTES = "/api/v1/notes"
JSON = {"Content-Type": "application/json"}


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:sqp:problem:{code}")
    assert body["title"]
    assert body["request_id"] == answer.headers["x-request-id"]
    for header in ("x-content-type-options", "content-security-policy", "referrer-policy", "cache-control"):
        assert header in answer.headers
    return body


@pytest.mark.parametrize(
    ("accept", "language"),
    [(None, "fr"), ("en", "en"), ("en-GB,fr;q=0.5", "en"), ("de", "fr"), ("fr;q=0.1, en;q=0.2", "en"), ("*", "fr")],
)
async def test_a_problem_speaks_the_readers_language(harness: Harness, accept: str | None, language: str) -> None:
    headers = {"Accept-Language": accept} if accept else {}
    async with harness.client(RESELLER, **headers) as http:
        answer = await http.get("/api/v1/nothing")
    body = problem(answer, 404, "not_found")
    assert answer.headers["content-language"] == language
    assert ("accessible" in body["title"]) is (language == "fr")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed_request"),
        (b"", 422, "malformed_input"),
        (b"[]", 422, "malformed_input"),
        (b'{"text": "a", "more": 1}', 422, "malformed_input"),
        (b'{"text": "\\ud800"}', 422, "malformed_input"),
        (b'{"text": "a", "rank": 99999999999}', 422, "malformed_input"),
        (b'{"text": "a", "rank": 1e400}', 422, "malformed_input"),
        (b'{"text": "a", "rank": NaN}', 422, "malformed_input"),
        (b'{"text": "\xff"}', 400, "malformed_request"),
        (b"[" * 50_000, 413, "too_many_values"),
        (b'{"text": "' + b"x" * 2_000_000 + b'"}', 413, "too_large"),
    ],
    ids=lambda value: repr(value)[:30],
)
async def test_malformed_bodies_are_refused_as_the_callers_error(
    harness: Harness, body: bytes, status: int, code: str
) -> None:
    async with harness.client(RESELLER) as http:
        answer = await http.post(NOTES, content=body, headers=JSON)
    problem(answer, status, code)


async def test_another_content_type_is_refused(harness: Harness) -> None:
    async with harness.client(RESELLER) as http:
        answer = await http.post(NOTES, content=b'{"text": "a"}', headers={"Content-Type": "text/plain"})
    assert answer.status_code in (415, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "query",
    [{"q": "a\0b"}, {"limit": "0"}, {"limit": "x"}, {"limit": "201"}, {"sort": "nothing"}, {"q": "x" * 201}],
    ids=str,
)
async def test_malformed_queries_are_refused(harness: Harness, query: dict[str, str]) -> None:
    async with harness.client(RESELLER) as http:
        problem(await http.get(NOTES, params=query), 422, "malformed_input")


@pytest.mark.parametrize("raw", ["q=%ED%A0%80", "q=%FF", "q=%00", "q=%F4%90%80%80"])
async def test_queries_that_are_no_text_are_never_a_server_error(harness: Harness, raw: str) -> None:
    async with harness.client(RESELLER) as http:
        assert (await http.get(f"{NOTES}?{raw}")).status_code in (200, 422)


async def test_a_refused_value_is_not_echoed(harness: Harness) -> None:
    async with harness.client(RESELLER) as http:
        answer = await http.post(NOTES, json={"text": ["s3cret-value"]})
    assert "s3cret-value" not in answer.text
    assert [error["field"] for error in answer.json()["errors"]] == ["text"]


@pytest.mark.parametrize("method", ["DELETE", "TRACE", "OPTIONS", "HEAD"])
async def test_a_method_that_a_path_lacks_is_405_with_all_that_it_has(harness: Harness, method: str) -> None:
    async with harness.client(RESELLER) as http:
        answer = await http.request(method, NOTES)
        one = await http.request("TRACE", f"{NOTES}/{uuid4()}")
    if method != "HEAD":
        problem(answer, 405, "method_not_allowed")
    assert (answer.headers["allow"], one.headers["allow"]) == ("GET, POST", "GET, PATCH")


async def test_the_document_says_how_every_operation_refuses(harness: Harness) -> None:
    async with harness.client(RESELLER) as http:
        document = (await http.get("/openapi.json")).json()
    assert "HTTPValidationError" not in str(document)
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    refusals = [operation["responses"]["default"]["content"] for operation in operations]
    named = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    assert all(refusal == named for refusal in refusals)


async def test_a_path_that_is_no_id_is_malformed(harness: Harness) -> None:
    async with harness.client(RESELLER) as http:
        problem(await http.get(f"{NOTES}/%00"), 422, "malformed_input")


async def test_an_exhausted_pool_answers_503_within_seconds(harness: Harness) -> None:
    database = harness.service.database
    size = harness.service.settings.database_pool_size
    async with harness.client(RESELLER) as http:
        held = [await engine.connect() for engine in (database.engine, database.readers) for _ in range(size)]
        try:
            async with asyncio.timeout(harness.service.settings.database_pool_timeout + 2):
                answers = await asyncio.gather(http.get(NOTES), http.post(NOTES, json={"text": "a"}))
        finally:
            for connection in held:
                await connection.close()
        for answer in answers:
            problem(answer, 503, "unavailable")
            assert 1 <= int(answer.headers["retry-after"]) <= 10
        assert (await http.get(NOTES)).status_code == 200


async def test_a_backend_that_dies_answers_503_and_the_next_request_works(harness: Harness) -> None:
    database = harness.service.database
    async with harness.client(RESELLER) as http, database.engine.connect() as admin:
        await admin.execute(text("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE"))
        request = asyncio.create_task(http.get(NOTES))
        blocked = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        await eventually(lambda: _terminated(harness, blocked))
        problem(await request, 503, "unavailable")
        await admin.rollback()
        assert (await http.get(NOTES)).status_code == 200


async def _terminated(harness: Harness, query: str) -> bool:
    async with harness.service.database.reader() as reader:
        return bool((await reader.execute(text(query))).scalar())


async def test_a_statement_beyond_its_time_is_unavailable(harness: Harness) -> None:
    database = harness.service.database
    async with harness.client(RESELLER) as http, database.engine.connect() as admin:
        await admin.execute(text("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE"))
        request = asyncio.create_task(http.get(NOTES))
        cancel = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        await eventually(lambda: _terminated(harness, cancel))
        problem(await request, 503, "unavailable")


async def test_an_unauthenticated_caller_is_told_how(harness: Harness) -> None:
    async with harness.client() as http:
        answer = await http.get(NOTES)
    problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"
