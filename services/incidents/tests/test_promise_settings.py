"""SQP's settings of the promise: cut-off, start of the clock, closures; by whom and since when."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest

from devkit.harness import CLIENT, RESELLER, SQP, back_office, person
from web.clock import PARIS

SETTINGS = "/promise-settings"
SQP_BASIC = person("sqp", "SQP", "basic")


@pytest.fixture
def today(at: Any) -> None:
    at(datetime(2026, 5, 19, 10, tzinfo=PARIS))


@pytest.fixture
async def office(desk: Any, today: None) -> Any:
    return desk


async def settings(desk: Any) -> Any:
    return (await desk.as_(SQP).get(SETTINGS)).json()


async def close(desk: Any, day: str, by: Any = SQP, **more: Any) -> Any:
    return await desk.as_(by).post(f"{SETTINGS}/closures", json={"day": day, "reason": "Inventaire", **more})


async def test_the_defaults_are_16_hours_and_the_declaration(office: Any) -> None:
    answer = await office.as_(SQP).get(SETTINGS)
    assert answer.headers["etag"] == '"0"'
    assert answer.json() == {
        "revision": 0,
        "cutoff": "16:00",
        "clock_start": "declaration",
        "changed_at": None,
        "changed_by_name": "",
        "closures": [],
    }


async def test_a_change_says_who_made_it_and_when_and_a_closure_does_not_pass_for_one(office: Any) -> None:
    http = office.as_(SQP, **{"If-Match": '"0"'})
    assert (await http.patch(SETTINGS, json={"cutoff": "15:30"})).status_code == 204
    await close(office, "2026-05-20")
    now = await settings(office)
    assert (now["cutoff"], now["changed_by_name"], now["revision"]) == ("15:30", SQP.name, 2)
    assert datetime.fromisoformat(now["changed_at"]) == datetime(2026, 5, 19, 10, tzinfo=PARIS)


async def test_a_change_of_what_another_has_changed_meanwhile_is_refused(office: Any) -> None:
    await close(office, "2026-05-20")
    stale = office.as_(SQP, **{"If-Match": '"0"'})
    assert (await stale.patch(SETTINGS, json={"cutoff": "15:30"})).status_code == 412
    assert (await office.as_(SQP).patch(SETTINGS, json={"cutoff": "15:30"})).status_code == 428


async def test_a_change_of_nothing_is_no_revision(office: Any) -> None:
    http = office.as_(SQP, **{"If-Match": '"0"'})
    assert (await http.patch(SETTINGS, json={"cutoff": "16:00"})).status_code == 204
    assert (await settings(office))["revision"] == 0


@pytest.mark.parametrize(
    ("cutoff", "words"),
    [
        *(("05:59", "06:00"), ("22:01", "22:00")),
        *((loose, "") for loose in ("16h", "5:00", "24:00", "16:60", "16:00:00", "")),
    ],
)
async def test_a_cut_off_is_a_time_of_the_working_day(office: Any, cutoff: str, words: str) -> None:
    http = office.as_(SQP, **{"If-Match": '"0"'})
    refused = await http.patch(SETTINGS, json={"cutoff": cutoff})
    assert refused.status_code == 422
    assert words in refused.json()["errors"][0]["message"]


async def test_a_closure_has_its_reason_who_and_when(office: Any) -> None:
    added = await close(office, "2026-05-20")
    assert added.status_code == 201
    (kept,) = (await settings(office))["closures"]
    assert (kept["day"], kept["reason"], kept["added_by_name"]) == ("2026-05-20", "Inventaire", SQP.name)
    assert datetime.fromisoformat(kept["added_at"]) == datetime(2026, 5, 19, 10, tzinfo=PARIS)


async def test_a_span_closes_its_working_days_that_are_not_closed_yet(office: Any) -> None:
    await close(office, "2026-05-22")
    added = await close(office, "2026-05-20", until="2026-05-26")
    # Not the 22nd, the weekend, Whit Monday.
    assert added.json()["items"] == ["2026-05-20", "2026-05-21", "2026-05-26"]


@pytest.mark.parametrize(
    ("day", "more", "code", "words"),
    [
        ("2026-05-18", {}, "day_is_over", "Le 18/05/2026 est passé"),
        ("2026-05-23", {}, "not_a_working_day", "n’est pas un jour ouvré"),
        ("2026-05-25", {}, "not_a_working_day", "Le 25/05/2026"),
        ("2026-05-21", {}, "closed_already", "déjà un jour de fermeture"),
        ("2026-05-21", {"until": "2026-05-21"}, "closed_already", "Le 21/05/2026"),
    ],
)
async def test_a_closure_that_says_nothing_is_refused_with_the_day(
    office: Any, day: str, more: Any, code: str, words: str
) -> None:
    await close(office, "2026-05-21")
    refused = await close(office, day, **more)
    assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert words in refused.json()["title"]


@pytest.mark.parametrize("more", [{"until": "2026-05-19"}, {"until": "2026-08-30"}, {"reason": " "}])
async def test_a_span_has_an_order_and_an_end_and_a_reason(office: Any, more: Any) -> None:
    assert (await close(office, "2026-05-20", **more)).status_code == 422


async def test_today_may_still_be_closed(office: Any) -> None:
    assert (await close(office, "2026-05-19")).status_code == 201


async def test_a_closure_is_taken_back_until_its_day_is_over(office: Any, at: Any) -> None:
    await close(office, "2026-05-20", until="2026-05-21")
    http = office.as_(SQP)
    assert (await http.delete(f"{SETTINGS}/closures/2026-05-21")).status_code == 204
    gone = await http.delete(f"{SETTINGS}/closures/2026-05-21")
    assert (gone.status_code, gone.json()["code"]) == (404, "closure_not_found")
    at(datetime(2026, 5, 21, 10, tzinfo=PARIS))
    late = await http.delete(f"{SETTINGS}/closures/2026-05-20")
    assert (late.status_code, late.json()["code"]) == (409, "day_is_over")


async def test_only_administrators_of_sqp_change_and_only_sqp_reads(office: Any) -> None:
    for who in (RESELLER, CLIENT):
        assert (await office.as_(who).get(SETTINGS)).status_code == 403
    for who in (RESELLER, CLIENT, SQP_BASIC, back_office("incidents:read")):
        assert (await close(office, "2026-05-20", by=who)).status_code == 403
        http = office.as_(who, **{"If-Match": '"0"'})
        assert (await http.patch(SETTINGS, json={"cutoff": "15:30"})).status_code == 403
        assert (await http.delete(f"{SETTINGS}/closures/2026-05-20")).status_code == 403
    for who in (SQP_BASIC, back_office("incidents:read")):
        assert (await office.as_(who).get(SETTINGS)).status_code == 200


async def test_two_closures_at_once_are_two_revisions(office: Any) -> None:
    days = ("2026-05-20", "2026-05-21", "2026-05-22")
    answers = await asyncio.gather(*(close(office, day) for day in days))
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    now = await settings(office)
    assert (now["revision"], [each["day"] for each in now["closures"]]) == (3, list(days))


async def test_one_day_closed_by_two_at_once_is_closed_once(office: Any) -> None:
    answers = await asyncio.gather(*(close(office, "2026-05-20") for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
