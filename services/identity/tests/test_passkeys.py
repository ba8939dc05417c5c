"""Passkeys: added after a proof, a second factor and a log-in of their own; what they sign is good once."""

from __future__ import annotations

from typing import Any

import pytest
from services.identity.tests.authenticators import Authenticator
from services.identity.tests.phones import enrol, prove

from devkit.harness import RESELLER, RESELLER_BASIC
from events.identity import SecondFactorChanged


async def options(world: Any, path: str, principal: Any = RESELLER, **body: Any) -> Any:
    return (await world.call("POST", path, principal, json=body or None)).json()


async def add(world: Any, key: Authenticator, principal: Any = RESELLER, name: str = "Mon téléphone") -> Any:
    asked = await options(world, "/auth/factors/passkeys/options", principal)
    key.handle = principal.user_id.bytes
    body = {"name": name, "credential": key.create(asked["options"])}
    return await world.call("POST", "/auth/factors/passkeys", principal, json=body)


@pytest.fixture
async def key(world: Any) -> Authenticator:
    """A passkey of the reseller's administrator."""
    await prove(world, RESELLER)
    key = Authenticator()
    answer = await add(world, key)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["codes"]) == 10
    return key


async def log_in(world: Any, key: Authenticator, **more: Any) -> Any:
    asked = (await world.ask("/auth/passkey/options", None)).json()
    body = {"challenge": asked["challenge"], "credential": key.get(asked["options"]), **more}
    return await world.ask("/auth/passkey", body)


async def second_step(world: Any, key: Authenticator) -> Any:
    first = await world.log_in("revendeur", client="browser")
    token = {"second_step": first.json()["second_step"]}
    asked = (await world.ask("/auth/second-step/passkey", token)).json()
    return await world.ask("/auth/second-step", token | {"passkey": key.get(asked["options"])})


async def mine(world: Any) -> list[Any]:
    found: list[Any] = (await world.call("GET", "/auth/factors", RESELLER)).json()["passkeys"]
    return found


async def test_a_passkey_alone_opens_the_account(world: Any, key: Authenticator) -> None:
    answer = await log_in(world, key)
    assert answer.status_code == 200, answer.text
    assert (await world.bearer(answer.json()["access_token"], "GET", "/me")).json()["login"] == "revendeur"
    browser = (await log_in(world, key, client="browser", remember=True)).json()
    assert browser["max_age"] == 30 * 86_400
    assert (await mine(world))[0]["last_used_at"] is not None


async def test_it_is_the_second_step_after_a_password(world: Any, key: Authenticator) -> None:
    assert (await second_step(world, key)).status_code == 200


async def test_what_the_browser_is_asked_with_wants_the_person_verified(world: Any, key: Authenticator) -> None:
    asked = await options(world, "/auth/factors/passkeys/options")
    chosen = asked["options"]["authenticatorSelection"]
    assert (chosen["userVerification"], chosen["residentKey"]) == ("required", "required")
    assert asked["options"]["rp"]["id"] == "localhost"
    assert len(asked["options"]["excludeCredentials"]) == 1
    anyone = (await world.ask("/auth/passkey/options", None)).json()["options"]
    assert (anyone["userVerification"], anyone.get("allowCredentials", [])) == ("required", [])


@pytest.mark.parametrize(
    "wrong", [{"is_verified": False}, {"origin": "http://evil.example"}, {"host": "evil.example"}], ids=str
)
async def test_a_person_who_is_not_verified_and_another_site_are_refused(
    world: Any, key: Authenticator, wrong: dict[str, Any]
) -> None:
    assert (await add(world, Authenticator(**wrong))).json()["code"] == "passkey_refused"
    for name, value in wrong.items():
        setattr(key, name, value)
    assert (await log_in(world, key)).json()["code"] == "passkey_refused"
    assert (await second_step(world, key)).json()["code"] == "passkey_refused"


async def test_a_challenge_is_good_once_for_five_minutes_and_for_its_purpose(world: Any, key: Authenticator) -> None:
    asked = (await world.ask("/auth/passkey/options", None)).json()
    body = {"challenge": asked["challenge"], "credential": key.get(asked["options"])}
    assert (await world.ask("/auth/passkey", body)).status_code == 200
    assert (await world.ask("/auth/passkey", body)).json()["code"] == "passkey_refused"
    late = (await world.ask("/auth/passkey/options", None)).json()
    await world.sql("UPDATE passkey_challenges SET expires_at = now() - interval '1 second'")
    body = {"challenge": late["challenge"], "credential": key.get(late["options"])}
    assert (await world.ask("/auth/passkey", body)).json()["code"] == "passkey_refused"
    other = (await world.ask("/auth/passkey/options", None)).json()
    proof = {"password": world.password, "passkey": key.get(other["options"])}
    assert (await world.call("POST", "/auth/proof", RESELLER, json=proof)).json()["code"] == "passkey_refused"


async def test_a_refused_answer_uses_its_challenge_up(world: Any, key: Authenticator) -> None:
    asked = (await world.ask("/auth/passkey/options", None)).json()
    stranger = {"challenge": asked["challenge"], "credential": Authenticator().get(asked["options"])}
    assert (await world.ask("/auth/passkey", stranger)).json()["code"] == "passkey_refused"
    body = {"challenge": asked["challenge"], "credential": key.get(asked["options"])}
    assert (await world.ask("/auth/passkey", body)).json()["code"] == "passkey_refused"


async def test_it_is_no_factor_of_another_person(world: Any, key: Authenticator) -> None:
    await prove(world, RESELLER_BASIC)
    own = Authenticator()
    await add(world, own, RESELLER_BASIC)
    first = await world.log_in("revendeur_lecteur")
    token = {"second_step": first.json()["second_step"]}
    asked = (await world.ask("/auth/second-step/passkey", token)).json()
    answer = await world.ask("/auth/second-step", token | {"passkey": key.get(asked["options"])})
    assert answer.json()["code"] == "passkey_refused"
    assert (await add(world, key, RESELLER_BASIC)).json()["code"] == "passkey_refused", "one key, one account"


async def test_it_proves_with_the_password_and_not_alone(world: Any, key: Authenticator) -> None:
    await world.sql("UPDATE sessions SET proven_at = NULL")
    asked = await options(world, "/auth/proof/passkey")
    wrong = {"password": "faux", "passkey": key.get(asked["options"])}
    assert (await world.call("POST", "/auth/proof", RESELLER, json=wrong)).json()["code"] == "wrong_password"
    asked = await options(world, "/auth/proof/passkey")
    right = {"password": world.password, "passkey": key.get(asked["options"])}
    assert (await world.call("POST", "/auth/proof", RESELLER, json=right)).status_code == 204


async def test_a_counter_that_stays_at_nought_is_normal_and_one_that_falls_is_noted(
    world: Any, key: Authenticator
) -> None:
    for count in (0, 0, 5, 5):
        key.count = count
        assert (await log_in(world, key)).status_code == 200
    assert await world.audited("factor.counter") == []
    key.count = 3
    assert (await log_in(world, key)).status_code == 200
    assert len(await world.audited("factor.counter")) == 1


async def test_several_have_names_and_the_last_takes_recovery_codes_along(
    world: Any, key: Authenticator, told: Any
) -> None:
    assert (await add(world, Authenticator(), name="Clé du bureau")).json()["codes"] == []
    first, second = await mine(world)
    assert (first["name"], second["name"]) == ("Mon téléphone", "Clé du bureau")
    assert (await world.call("DELETE", f"/auth/factors/passkeys/{first['id']}", RESELLER)).status_code == 204
    assert (await log_in(world, key)).json()["code"] == "passkey_refused"
    assert (await world.log_in("revendeur")).json()["code"] == "second_factor_needed"
    gone = await world.call("DELETE", f"/auth/factors/passkeys/{first['id']}", RESELLER)
    assert gone.status_code == 404
    assert (await world.call("DELETE", f"/auth/factors/passkeys/{second['id']}", RESELLER)).status_code == 204
    assert (await world.log_in("revendeur")).status_code == 200
    assert [mail.change for mail in await told(SecondFactorChanged)] == [
        *("passkey_added", "passkey_added", "passkey_removed", "passkey_removed")
    ]


async def test_an_application_may_go_where_a_passkey_stays(world: Any, key: Authenticator) -> None:
    await world.call("DELETE", f"/auth/factors/passkeys/{(await mine(world))[0]['id']}", RESELLER)
    await enrol(world, "revendeur")
    assert (await add(world, Authenticator())).status_code == 200
    await world.call("PUT", "/organisation/second-factor", RESELLER, json={"required": True})
    assert (await world.call("DELETE", "/auth/factors/application", RESELLER)).status_code == 204
    last = (await mine(world))[0]["id"]
    refused = await world.call("DELETE", f"/auth/factors/passkeys/{last}", RESELLER)
    assert refused.json()["code"] == "second_factor_required"


async def test_adding_wants_a_proof_and_one_session_does_not_finish_anothers(world: Any, key: Authenticator) -> None:
    await world.sql("UPDATE sessions SET proven_at = NULL")
    assert (await options(world, "/auth/factors/passkeys/options"))["code"] == "proof_needed"
    body = {"name": "Volée", "credential": Authenticator().create({"challenge": "AAAA"})}
    assert (await world.call("POST", "/auth/factors/passkeys", RESELLER, json=body)).json()["code"] == "passkey_refused"


async def test_who_may_not_enter_does_not_by_a_passkey(world: Any, key: Authenticator) -> None:
    await world.sql("UPDATE users SET status = 'disabled' WHERE login = 'revendeur'")
    assert (await log_in(world, key)).json()["code"] == "login_refused"


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"rawId": 5},
        {"rawId": "é"},
        {"response": 5},
        {"response": {"clientDataJSON": "AA"}},
        {"type": None},
        {"id": []},
    ],
    ids=str,
)
async def test_an_answer_that_is_none_is_refused(world: Any, key: Authenticator, broken: dict[str, Any]) -> None:
    asked = (await world.ask("/auth/passkey/options", None)).json()
    credential = key.get(asked["options"]) | broken if broken else {}
    answer = await world.ask("/auth/passkey", {"challenge": asked["challenge"], "credential": credential})
    assert (answer.status_code, answer.json()["code"]) == (409, "passkey_refused")
    await world.sql("UPDATE sessions SET proven_at = now()")
    asked = await options(world, "/auth/factors/passkeys/options")
    credential = Authenticator().create(asked["options"]) | broken if broken else {}
    body = {"name": "Cassée", "credential": credential}
    assert (await world.call("POST", "/auth/factors/passkeys", RESELLER, json=body)).status_code == 409
