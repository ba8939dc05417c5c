"""An end client signs up with a contract and a serial on it; a stranger learns nothing, the reseller decides."""

from __future__ import annotations

from typing import Any

import pytest

from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, SQP
from events.identity import AccountInvited, SignUpRequested

NEW = "un tout nouveau mot de passe"


async def test_an_older_contract_does_not_undo_a_newer_one(world: Any) -> None:
    await world.register_contract(version=3, serial_number="NEW-1", articles=[])
    await world.register_contract(version=2)
    await world.without_people(CLIENT)
    await world.register("cli-0001@exemple.fr", serial="Q207B17555")
    assert await world.links() == []
    await world.register("cli-0001@exemple.fr", serial="new-1")
    assert len(await world.links()) == 1


@pytest.mark.parametrize("serial", ["Q207B17555", "new-1"])
async def test_both_the_first_unit_and_its_replacement_admit(world: Any, serial: str) -> None:
    """The client's papers name the first, the product at hand is the other."""
    exchanged = {"serial_number": "NEW-1", "articles": [], "former_serial_numbers": ["Q207B17555"]}
    await world.register_contract(version=2, **exchanged)
    await world.without_people(CLIENT)
    await world.register("cli-0001@exemple.fr", serial=serial)
    assert len(await world.links()) == 1


async def test_an_end_client_signs_up_by_the_address_on_file(empty: Any) -> None:
    await empty.register_contract()
    assert (await empty.register("Client_Test@SQP.fr", "Contrat n° 29962", "S/N Z9CBPM5M")).status_code == 202
    [_, (invited, token)] = await empty.links()
    assert (invited.purpose, invited.email, invited.login) == ("client_sign_up", "client_test@sqp.fr", "client_test")
    await empty.activate(token, login="client_test", first_name="Client", last_name="Test")
    me = await empty.bearer((await empty.log_in("client_test", NEW)).json()["access_token"], "GET", "/me")
    assert (me.json()["role"], me.json()["organisation"]["kind"]) == ("administrator", "client")


async def test_signing_up_again_sends_another_link_beside_the_first(empty: Any) -> None:
    await empty.register_contract()
    await empty.register("client_test@sqp.fr")
    await empty.register("client_test@sqp.fr")
    [_, (first, old), (second, new)] = await empty.links()
    assert first.user_id == second.user_id
    assert (await empty.activate(old)).status_code == 200
    assert (await empty.activate(new)).status_code == 409


async def test_a_sign_up_answers_the_same_whatever_the_case(empty: Any) -> None:
    await empty.register_contract()
    await empty.register_contract(number="1", client=None)
    cases = [("client_test@sqp.fr", "29962", "Q207B17555"), ("other@sqp.fr", "29962", "Q207B17555")]
    cases += [("client_test@sqp.fr", "29962", "WRONG"), ("client_test@sqp.fr", "404", "Q207B17555")]
    cases += [("client_test@sqp.fr", "1", "Q207B17555")]
    answers = [await empty.register(*case) for case in cases]
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, '{"status":"accepted"}')}
    assert len(await empty.links()) == 2  # the reseller's, and the one to the address on file


async def test_a_closed_portal_lets_nobody_sign_up(world: Any, told: Any) -> None:
    await world.register_contract()
    await world.without_people(CLIENT)
    await world.sql("UPDATE organisations SET portal_access = false WHERE id = :id", id=CLIENT.organisation_id)
    for email in ("cli-0001@exemple.fr", "other@exemple.fr"):
        assert (await world.register(email)).status_code == 202
    assert await told(AccountInvited) == []
    assert await told(SignUpRequested) == []


async def test_sign_ups_are_throttled_by_address(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world.settings(monkeypatch, mail_requests_per_address=2)
    answers = [(await world.register(f"a{n}@b.fr", serial=f"GUESS{n}")).status_code for n in range(3)]
    assert answers == [202, 202, 429]


async def asked(world: Any) -> str:
    await world.register_contract()
    await world.register("dirigeant@exemple.fr")
    [request] = (await world.call("GET", "/sign-up-requests", RESELLER, params={"state": "pending"})).json()["items"]
    return f"/sign-up-requests/{request['id']}"


async def test_another_address_becomes_a_request_that_the_reseller_approves(world: Any, told: Any) -> None:
    await world.without_people(CLIENT)
    path = await asked(world)
    await world.register("DIRIGEANT@exemple.fr")
    [request] = await told(SignUpRequested)
    assert (request.client_name, request.reseller_id) == ("Organisation CLI-0001", RESELLER.organisation_id)
    assert await world.links() == []
    decided = await world.change(f"{path}/approve", RESELLER, None, method="POST")
    assert (decided.status_code, decided.json()["state"]) == (200, "approved")
    [(invited, token)] = await world.links()
    assert invited.email == "dirigeant@exemple.fr"
    assert (await world.activate(token)).status_code == 200
    assert (await world.user(invited.login)).role == "administrator"
    again = await world.change(f"{path}/refuse", RESELLER, None, method="POST")
    assert again.json()["code"] == "request_already_decided"


async def test_once_a_client_has_an_administrator_whom_the_reseller_admits_reads(world: Any) -> None:
    path = await asked(world)
    await world.change(f"{path}/approve", SQP, None, method="POST")
    [(invited, _)] = await world.links()
    assert (await world.user(invited.login)).role == "basic"


@pytest.mark.parametrize(("days", "stays"), [(29, True), (31, False)])
async def test_a_request_that_nobody_decides_is_over_after_thirty_days(world: Any, days: int, stays: bool) -> None:
    path = await asked(world)
    await world.sql("UPDATE sign_up_requests SET created_at = now() - make_interval(days => :days)", days=days)
    await world.harness.run_job("identity.clear_away_sessions")
    assert (await world.call("GET", path, RESELLER)).status_code == (200 if stays else 404)


async def test_a_refused_request_sends_nothing(world: Any) -> None:
    path = await asked(world)
    await world.change(f"{path}/refuse", RESELLER, None, method="POST")
    assert await world.links() == []


async def test_another_reseller_sees_no_request_of_ours(world: Any) -> None:
    path = await asked(world)
    assert (await world.call("GET", path, OTHER_RESELLER)).status_code == 404
    assert (await world.call("GET", "/sign-up-requests", OTHER_RESELLER)).json()["items"] == []
    seen = await world.call("GET", path, RESELLER)
    headers = {"If-Match": seen.headers["etag"]}
    assert (await world.call("POST", f"{path}/approve", OTHER_RESELLER, headers=headers)).status_code == 404
