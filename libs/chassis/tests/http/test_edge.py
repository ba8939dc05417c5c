"""What every answer carries: ids, traces, figures, entity tags; and what a change must bring."""

from __future__ import annotations

import re

import pytest
from sample.testing import scalar

from devkit.harness import RESELLER, Harness

NOTES = "/api/v1/notes"


async def write(harness: Harness, **headers: str) -> str:
    async with harness.client(RESELLER, **headers) as http:
        answer = await http.post(NOTES, json={"text": "a"})
    assert answer.status_code == 201
    return str(answer.json()["id"])


@pytest.mark.parametrize("given", ["abc-1", "A.b_c"])
async def test_a_plain_request_id_is_kept(harness: Harness, given: str) -> None:
    async with harness.client(RESELLER, **{"X-Request-ID": given}) as http:
        assert (await http.get(NOTES)).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a\tb", "<script>"])
async def test_any_other_request_id_is_replaced(harness: Harness, given: str) -> None:
    async with harness.client(RESELLER, **{"X-Request-ID": given}) as http:
        assert re.fullmatch("[0-9a-f]{32}", (await http.get(NOTES)).headers["x-request-id"])


async def test_an_event_continues_the_trace_of_its_request(harness: Harness) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    await write(harness, traceparent=f"00-{trace}-00f067aa0ba902b7-01")
    told = await scalar(harness.service.database, "SELECT payload->>'traceparent' FROM outbox")
    assert told.split("-")[1] == trace
    assert told.split("-")[2] != "00f067aa0ba902b7"


async def test_a_malformed_trace_is_begun_anew(harness: Harness) -> None:
    await write(harness, traceparent="00-zz-1-01")
    told = await scalar(harness.service.database, "SELECT payload->>'traceparent' FROM outbox")
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", told)


async def test_requests_are_counted_by_route_and_never_by_path(harness: Harness) -> None:
    identifier = await write(harness)
    async with harness.client(RESELLER) as http:
        await http.get(f"{NOTES}/{identifier}")
        await http.get("/api/v1/nothing/at/all")
        figures = (await http.get("/metrics")).text
    assert identifier not in figures
    assert re.search(r'http_requests_total\{method="GET",route="[^"]*/notes/\{note\}",status="200"\}', figures)
    assert "nothing/at/all" not in figures


async def test_a_list_has_an_entity_tag_and_304_for_who_knows_it(harness: Harness) -> None:
    await write(harness)
    async with harness.client(RESELLER) as http:
        first = await http.get(NOTES)
        tag = first.headers["etag"]
        known = await http.get(NOTES, headers={"If-None-Match": f'"other", W/{tag}'})
        await write(harness)
        changed = await http.get(NOTES, headers={"If-None-Match": tag})
    assert (known.status_code, known.content) == (304, b"")
    assert known.headers["etag"] == tag
    assert (changed.status_code, changed.headers["etag"] == tag) == (200, False)


async def test_an_error_has_no_entity_tag(harness: Harness) -> None:
    async with harness.client(RESELLER) as http:
        assert "etag" not in (await http.get("/api/v1/nothing")).headers


async def test_a_change_wants_the_version_that_its_author_saw(harness: Harness) -> None:
    identifier = await write(harness)
    path = f"{NOTES}/{identifier}"
    async with harness.client(RESELLER) as http:
        tag = (await http.get(path)).headers["etag"]
        without = await http.patch(path, json={"text": "b"})
        changed = await http.patch(path, json={"text": "b"}, headers={"If-Match": tag})
        stale = await http.patch(path, json={"text": "c"}, headers={"If-Match": tag})
        anyway = await http.patch(path, json={"text": "c"}, headers={"If-Match": "*"})
    assert (without.status_code, without.json()["code"]) == (428, "precondition_required")
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    assert anyway.json()["version"] == 3


async def test_probes_answer_without_credentials(harness: Harness) -> None:
    async with harness.client() as http:
        assert (await http.get("/livez")).json() == {"status": "alive"}
        assert (await http.get("/readyz")).status_code == 200


async def test_a_service_without_its_database_is_alive_and_not_ready(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OSError("gone")

    monkeypatch.setattr(harness.service.database, "reader", refuse)
    async with harness.client() as http:
        assert (await http.get("/livez")).status_code == 200
        assert (await http.get("/readyz")).status_code == 503
