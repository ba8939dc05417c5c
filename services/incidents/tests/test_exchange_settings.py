"""SQP's settings of exchanges. What an overdue return means is in test_consequences.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from devkit.harness import CLIENT, RESELLER, SQP, back_office, person
from web.clock import PARIS

START = datetime(2026, 5, 19, 10, tzinfo=PARIS)


@pytest.fixture
async def number(desk: Any, at: Any) -> str:
    """An exchange in advance whose replacement was delivered on 19 May 2026: due on 3 June."""
    at(START)
    declared: str = await desk.replaced()
    return declared


async def settings(desk: Any, **wanted: Any) -> Any:
    revision = (await desk.as_(SQP).get("/exchange-settings")).headers["etag"]
    return await desk.as_(SQP, **{"If-Match": revision}).patch("/exchange-settings", json=wanted)


async def test_settings_say_who_changed_them_and_are_sqps(desk: Any) -> None:
    read = (await desk.as_(SQP).get("/exchange-settings")).json()
    assert (read["revision"], read["return_days"], read["overdue"], read["changed_at"]) == (0, 15, "warn", None)
    levels = [{"service_level": "Envoi express J+1", "return_days": 10}]
    assert (await settings(desk, by_service_level=levels, overdue="refused")).status_code == 204
    read = (await desk.as_(SQP).get("/exchange-settings")).json()
    assert (read["revision"], read["by_service_level"], read["changed_by_name"]) == (1, levels, SQP.name)
    assert (await settings(desk, overdue="refused")).status_code == 204
    assert (await desk.as_(SQP).get("/exchange-settings")).json()["revision"] == 1
    stale = desk.as_(SQP, **{"If-Match": '"0"'})
    assert (await stale.patch("/exchange-settings", json={"return_days": 3})).status_code == 412
    for by, status in ((RESELLER, 403), (CLIENT, 403), (back_office("incidents:read"), 200)):
        assert (await desk.as_(by).get("/exchange-settings")).status_code == status
    basic = desk.as_(person("sqp", "SQP", "basic"), **{"If-Match": '"1"'})
    assert (await basic.patch("/exchange-settings", json={"return_days": 3})).status_code == 403


@pytest.mark.parametrize("wanted", [{"return_days": 0}, {"return_days": 91}, {"overdue": "jail"}, {"extra": 1}])
async def test_settings_out_of_bounds_are_refused(desk: Any, wanted: dict[str, Any]) -> None:
    assert (await settings(desk, **wanted)).status_code == 422


async def test_a_due_date_that_was_told_stays_when_sqp_changes_its_settings(desk: Any, number: str) -> None:
    assert (await settings(desk, return_days=5)).status_code == 204
    assert (await desk.line(number))["return"]["due_on"] == "2026-06-03"


async def test_the_address_for_returns_is_told_to_the_holder_while_one_is_awaited(desk: Any, number: str) -> None:
    assert (await desk.line(number, by=RESELLER))["return"]["address"] == ""
    where = "SQP Retours\n1 rue A\n69001 Lyon"
    assert (await settings(desk, return_address=where)).status_code == 204
    assert (await desk.as_(SQP).get("/exchange-settings")).json()["return_address"] == where
    assert (await desk.line(number, by=RESELLER))["return"]["address"] == where
    assert (await settings(desk, return_address="x\n" * 9 + "x")).status_code == 422
    await desk.step(number, "receive")
    assert (await desk.line(number, by=RESELLER))["return"]["address"] == ""
