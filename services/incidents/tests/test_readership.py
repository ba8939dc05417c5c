"""Whether anybody reads what is written to a party: as identity tells of its people and of its access."""

from __future__ import annotations

from typing import Any

import pytest

from devkit.harness import CLIENT, CLIENT_BASIC, RESELLER, SQP
from events import organisation_id


async def readership(desk: Any, number: str) -> tuple[str, str]:
    incident = await desk.incident(number, RESELLER)
    return incident["client"]["readership"], incident["reseller"]["readership"]


@pytest.mark.parametrize(
    ("statuses", "access", "expected"),
    [
        ((), True, "no_account"),
        (("invited",), True, "invited"),
        (("disabled",), True, "disabled"),
        (("disabled", "invited"), True, "invited"),
        (("active",), True, "active"),
        (("disabled", "active"), True, "active"),
        (("active",), False, "access_closed"),
        ((), False, "access_closed"),
    ],
)
async def test_a_party_reads_while_a_person_of_it_is_active_and_its_access_open(
    open_desk: Any, statuses: tuple[str, ...], access: bool, expected: str
) -> None:
    number = await open_desk.declare()
    for who, status in zip((CLIENT, CLIENT_BASIC), statuses, strict=False):
        await open_desk.user(who, status)
    await open_desk.organisation("client", "CLI-0001", "Client Test", portal_access=access)
    await open_desk.user(RESELLER)
    assert await readership(open_desk, number) == (expected, "active")


async def test_it_follows_what_identity_tells_later_and_ignores_what_is_older(open_desk: Any) -> None:
    number = await open_desk.declare()
    await open_desk.user(CLIENT, version=3)
    await open_desk.user(CLIENT, "invited", version=2)
    assert (await readership(open_desk, number))[0] == "active"
    await open_desk.user(CLIENT, "disabled", version=4)
    assert (await readership(open_desk, number))[0] == "disabled"


async def test_sqp_sees_it_of_both_parties(open_desk: Any) -> None:
    number = await open_desk.declare()
    seen = await open_desk.incident(number, SQP)
    assert seen["client"]["id"] == str(organisation_id("client", "CLI-0001"))
    assert (seen["client"]["readership"], seen["reseller"]["readership"]) == ("no_account", "no_account")
