"""Back-office systems: client credentials, scopes, and the commands that make them."""

from __future__ import annotations

import argparse
import base64
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from chassis.cli import _parser
from events.identity import AddressChanged, OrganisationChanged, UserChanged
from identity import commands, demo
from identity.settings import Settings
from web.settings import SecretRefused

FORM = {"grant_type": "client_credentials", "client_id": demo.ACCOUNT, "client_secret": demo.SECRET}


@pytest.fixture
async def prepared(empty: Any) -> Any:
    await demo.prepare(empty.harness.service)
    return empty


async def ask(world: Any, headers: Any = None, /, **form: str) -> Any:
    return await world.call("POST", "/oauth/token", data=form, headers=headers or {})


def basic(account: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{account}:{secret}".encode()).decode()}


async def test_credentials_in_the_form_or_the_header_get_a_token_for_ten_minutes(prepared: Any) -> None:
    in_form = await ask(prepared, **FORM)
    in_header = await ask(prepared, basic(demo.ACCOUNT, demo.SECRET), grant_type="client_credentials")
    for answer in (in_form, in_header):
        assert answer.status_code == 200
        assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 600)
        assert answer.json()["scope"] == "contracts:read contracts:write exchanges:write identity:write incidents:read"
        assert answer.headers["cache-control"] == "no-store"
    token = in_form.json()["access_token"]
    made = await prepared.bearer(token, "PUT", "/backoffice/resellers/REV-1", json={"name": "R"})
    assert made.status_code == 201
    assert (await prepared.bearer(token, "GET", "/me")).status_code == 403


async def test_a_narrower_scope_is_granted_and_a_wider_refused(prepared: Any) -> None:
    narrow = (await ask(prepared, **FORM, scope="contracts:read")).json()
    assert narrow["scope"] == "contracts:read"
    refused = await prepared.bearer(narrow["access_token"], "PUT", "/backoffice/resellers/REV-1", json={"name": "R"})
    assert refused.status_code == 403
    wide = await ask(prepared, **FORM, scope="contracts:read everything:write")
    assert (wide.status_code, wide.json()["error"]) == (400, "invalid_scope")


async def test_wrong_credentials_get_one_answer_and_are_audited(prepared: Any) -> None:
    wrong = await ask(prepared, **{**FORM, "client_secret": "wrong"})
    unknown = await ask(prepared, **{**FORM, "client_id": "unknown"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json()["error"] == unknown.json()["error"] == "invalid_client"
    assert wrong.json()["title"] == unknown.json()["title"]
    assert wrong.headers["www-authenticate"].startswith("Basic")
    assert len(await prepared.audited("service_account.refuse")) == 2


@pytest.mark.parametrize(
    ("form", "headers", "error"),
    [
        ({"grant_type": "password"}, {}, "unsupported_grant_type"),
        ({}, {}, "invalid_request"),
        ({"grant_type": "client_credentials"}, {}, "invalid_client"),
        ({"grant_type": "client_credentials"}, {"Authorization": "Basic ???"}, "invalid_client"),
        (FORM, basic(demo.ACCOUNT, demo.SECRET), "invalid_request"),
        ({**FORM, "client_id": "a\u0000b"}, {}, "invalid_client"),
    ],
)
async def test_malformed_token_requests_are_named(
    prepared: Any, form: dict[str, str], headers: dict[str, str], error: str
) -> None:
    answer = await ask(prepared, headers, **form)
    assert answer.headers["content-type"] == ("application/problem+json"), answer.text
    assert answer.json()["error"] == error


async def test_json_and_repeated_parameters_are_no_token_request(prepared: Any) -> None:
    as_json = await prepared.call("POST", "/oauth/token", json=FORM)
    twice = await prepared.call(
        "POST",
        "/oauth/token",
        content="grant_type=client_credentials&grant_type=client_credentials",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert as_json.json()["error"] == twice.json()["error"] == "invalid_request"


async def test_guesses_at_a_secret_are_throttled(prepared: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared.settings(monkeypatch, address_attempts=4)
    answers = [(await ask(prepared, **{**FORM, "client_secret": "wrong"})).status_code for _ in range(3)]
    assert answers == [401, 401, 429]


async def run(world: Any, *argv: str) -> None:
    arguments = _parser("identity", commands.COMMANDS).parse_args(argv)
    own: dict[str, Any] = {command.name: command.run for command in commands.COMMANDS}
    await own[arguments.verb](world.harness.service, arguments)


async def test_a_service_account_is_made_with_a_secret_shown_once(
    empty: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    await run(empty, "create-service-account", "erp", "--scopes", "contracts:write")
    lines = dict(line.split("=", 1) for line in capsys.readouterr().out.splitlines() if "=" in line)
    form = {"grant_type": "client_credentials", **lines}
    assert (await ask(empty, **form)).json()["scope"] == "contracts:write"
    async with empty.harness.service.database.reader() as reader:
        stored = (await reader.execute(text("SELECT secret_hash FROM service_accounts"))).scalar_one()
    assert stored.startswith("$argon2id$v=19$m=47104,")
    await run(empty, "create-service-account", "erp", "--scopes", "contracts:read")
    assert (await ask(empty, **form)).status_code == 401


async def test_a_scope_that_is_none_is_refused(empty: Any) -> None:
    with pytest.raises(SystemExit):
        await run(empty, "create-service-account", "erp", "--scopes", "everything")


async def test_the_first_person_of_sqp_is_invited_by_command(empty: Any, capsys: pytest.CaptureFixture[str]) -> None:
    await run(empty, "invite-support", "premier", "premier@sqp.fr")
    [(invited, _)] = await empty.links()
    assert (invited.organisation_name, invited.login) == ("SQP", "premier")
    with pytest.raises(SystemExit):
        await run(empty, "invite-support", "PREMIER", "second@sqp.fr")
    assert capsys.readouterr().out == "invited premier\n"


async def test_rotate_keys_by_command(prepared: Any, capsys: pytest.CaptureFixture[str]) -> None:
    await ask(prepared, **FORM)
    with pytest.raises(SystemExit, match="cannot sign yet"):
        await run(prepared, "rotate-keys")
    await run(prepared, "rotate-keys", "--force")
    assert "signing from now on" in capsys.readouterr().out


async def test_the_demonstration_is_prepared_and_repeatable(prepared: Any) -> None:
    await demo.prepare(prepared.harness.service)
    answer = await prepared.log_in("sqp_support", demo.PASSWORD)
    me = (await prepared.bearer(answer.json()["access_token"], "GET", "/me")).json()
    assert (me["organisation"]["kind"], me["role"], me["status"]) == ("sqp", "administrator", "active")


async def test_the_demonstrations_passwords_are_set_for_those_who_exist(prepared: Any, told: Any) -> None:
    await prepared.register_contract(reseller="REVENDEUR_TEST", client=None)
    assert await demo.set_passwords(prepared.harness.service) == ["revendeur_test"]
    assert (await prepared.log_in("revendeur_test", demo.PASSWORD)).status_code == 200
    assert (await told(UserChanged))[-1].status == "active"


async def test_the_demonstration_is_refused_in_production(empty: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    empty.settings(monkeypatch, environment="production")
    for work in (demo.prepare, demo.set_passwords):
        with pytest.raises(demo.RefusedInProduction):
            await work(empty.harness.service)
    with pytest.raises(SystemExit):
        await commands.run_demo(empty.harness.service, argparse.Namespace(passwords=False))


def test_production_refuses_every_development_secret() -> None:
    secrets: dict[str, Any] = {
        "database_url": SecretStr("postgresql+psycopg://x/y"),
        "events_url": SecretStr("amqp://x"),
        "jobs_url": SecretStr("amqp://y"),
        "refresh_secret": SecretStr("a" * 16),
        "key_encryption_secret": SecretStr("b" * 16),
        "mail_public_key": "{}",
    }
    assert Settings(environment="production", **secrets).environment == "production"
    for name in secrets:
        with pytest.raises((SecretRefused, ValueError), match=name):
            Settings(environment="production", **{key: value for key, value in secrets.items() if key != name})
    for name in ("refresh_secret", "key_encryption_secret"):
        with pytest.raises(ValueError, match=f"{name} is too short"):
            Settings(environment="production", **{**secrets, name: SecretStr("")})


async def test_everything_can_be_told_again_in_the_same_versions(world: Any, told: Any) -> None:
    await world.register_contract()
    await world.sql("UPDATE users SET version = 7 WHERE login = 'client'")
    await world.sql("DELETE FROM outbox")
    await run(world, "republish")
    assert len(await told(OrganisationChanged)) == 5
    users = {event.login: event.version for event in await told(UserChanged)}
    assert (len(users), users["client"]) == (7, 7)
    assert await told(AddressChanged) == []
