"""No outsider stops others from logging in: a refused attempt costs nothing to anybody else."""

from __future__ import annotations

import asyncio
import base64
import logging
from typing import Any

import pytest
from sqlalchemy import text

from devkit.harness import CLIENT
from events.identity import PasswordResetRequested
from identity.models import ThrottleCounter

USER = {"login": "nouveau", "first_name": "N", "last_name": "O", "email": "n@exemple.fr", "role": "basic"}
HERE = "192.0.2.1"
FRESH = "203.0.113.77"
ATTACKERS = [f"198.51.100.{n}" for n in range(15)]
MANY = pytest.mark.parametrize("times", [450, pytest.param(3015, marks=pytest.mark.slow)])


async def statuses(world: Any, login: str, password: str, times: int, address: str = HERE, **more: Any) -> list[int]:
    return [(await world.log_in(login, password, address=address, **more)).status_code for _ in range(times)]


async def counters(world: Any) -> int:
    async with world.harness.service.database.reader() as reader:
        return int((await reader.execute(text("SELECT count(*) FROM throttle_counters"))).scalar_one())


@MANY
async def test_many_refused_requests_stop_nobody(cheap: Any, times: int) -> None:
    """The attack: one stranger, fifteen addresses, an account that is there and one that is not."""
    attacked = []
    for n in range(1, times):
        login = "client" if n % 2 else "nobody-here"
        attacked.append(cheap.log_in(login, "x", address=ATTACKERS[n % 15]))
        if n % 30 == 0:
            answers = await asyncio.gather(*attacked)
            assert {answer.status_code for answer in answers} <= {401, 429}
            attacked.clear()
    await asyncio.gather(*attacked)
    for login in ("client", "revendeur", "sqp"):
        assert (await cheap.log_in(login, address=FRESH)).status_code == 200
    forgotten = await cheap.ask("/auth/password/forgot", {"login": "client"}, FRESH)
    assert forgotten.status_code == 202


@MANY
async def test_many_requests_for_mail_stop_nobody(cheap: Any, times: int) -> None:
    for start in range(0, times, 30):
        asked = [
            cheap.ask("/auth/password/forgot", {"login": f"nobody{n}"}, ATTACKERS[n % 15])
            for n in range(start, start + 30)
        ]
        assert {answer.status_code for answer in await asyncio.gather(*asked)} <= {202, 429}
    assert (await cheap.ask("/auth/password/forgot", {"login": "client"}, FRESH)).status_code == 202
    body = {"contract_number": "29962", "serial_number": "Q207B17555", "email": "a@b.fr"}
    assert (await cheap.ask("/auth/register", body, FRESH)).status_code == 202


@pytest.mark.parametrize("login", ["client", "nobody-here", "client@exemple.fr", "nobody@exemple.fr"])
async def test_ten_wrong_passwords_slow_down_their_own_address_alone(cheap: Any, login: str) -> None:
    assert await statuses(cheap, login, "wrong", 12) == [401] * 10 + [429] * 2
    refused = await cheap.log_in(login)
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
    if not login.startswith("nobody"):
        assert (await cheap.log_in(login, address=FRESH)).status_code == 200
    assert (await cheap.log_in("revendeur")).status_code == 200, "another account from the same address"


async def test_a_known_device_passes_where_its_own_address_is_hammering(cheap: Any) -> None:
    """A colleague behind the same address, or the person's own stolen telephone, keeps nobody out."""
    device = (await cheap.log_in("client", client="browser")).json()["device_token"]
    assert (await statuses(cheap, "client", "wrong", 20))[-1] == 429
    cheap_address = [(await cheap.log_in(f"nobody{n}", "x")).status_code for n in range(300)]
    assert cheap_address[-1] == 429, "the whole address is full"
    assert (await cheap.log_in("client", client="browser", device=device)).status_code == 200


@pytest.mark.parametrize("device", ["made-up", "x" * 500])
async def test_a_made_up_device_is_no_device(cheap: Any, device: str) -> None:
    answer = (await cheap.log_in("client", client="browser", device=device)).json()
    assert answer["device_token"] != device
    assert await statuses(cheap, "client", "wrong", 11, device=device) == [401] * 10 + [429]


async def test_the_device_of_one_person_is_not_known_to_another(cheap: Any) -> None:
    device = (await cheap.log_in("client", client="browser")).json()["device_token"]
    assert await statuses(cheap, "revendeur", "wrong", 11, device=device) == [401] * 10 + [429]


async def test_a_known_device_that_guesses_is_slowed_down_too(cheap: Any) -> None:
    device = (await cheap.log_in("client", client="browser")).json()["device_token"]
    assert await statuses(cheap, "client", "wrong", 11, device=device) == [401] * 10 + [429]
    assert (await cheap.log_in("client", address=FRESH)).status_code == 200


async def test_one_device_may_be_several_peoples(cheap: Any) -> None:
    first = (await cheap.log_in("client", client="browser")).json()["device_token"]
    second = (await cheap.log_in("revendeur", client="browser", device=first)).json()["device_token"]
    assert first == second
    assert (await statuses(cheap, "revendeur", "wrong", 12))[-1] == 429
    assert (await cheap.log_in("revendeur", client="browser", device=first)).status_code == 200


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.9", "192.0.2.9", True),
        ("192.0.2.9", "192.0.2.10", False),
    ],
)
async def test_a_subscribers_network_counts_as_one(cheap: Any, first: str, second: str, is_one: bool) -> None:
    await statuses(cheap, "client", "wrong", 10, address=first)
    assert (await cheap.log_in("client", "wrong", address=second)).status_code == (429 if is_one else 401)


async def test_parallel_guesses_count_each(cheap: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cheap.settings(monkeypatch, account_attempts=3)
    answers = await asyncio.gather(*(cheap.log_in("client", f"guess {n}") for n in range(8)))
    assert sorted(answer.status_code for answer in answers) == [401] * 3 + [429] * 5


async def test_guesses_at_many_accounts_fill_their_address(cheap: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cheap.settings(monkeypatch, address_attempts=2)
    assert [(await cheap.log_in(f"nobody{n}", "x")).status_code for n in range(3)] == [401, 401, 429]
    assert (await cheap.log_in("nobody9", "x", address=FRESH)).status_code == 401


async def test_an_attempt_that_the_account_refuses_costs_the_address_nothing(
    cheap: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cheap.settings(monkeypatch, address_attempts=20)
    assert (await statuses(cheap, "client", "wrong", 200))[-1] == 429
    assert (await cheap.log_in("revendeur")).status_code == 200


async def test_an_office_that_logs_in_all_day_is_not_slowed_down(cheap: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cheap.settings(monkeypatch, address_attempts=3)
    assert await statuses(cheap, "client", cheap.password, 12) == [200] * 12


async def test_a_success_forgives_and_a_window_ends(cheap: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cheap.settings(monkeypatch, account_attempts=2)
    await cheap.log_in("client", "wrong")
    assert (await cheap.log_in("client")).status_code == 200
    assert await statuses(cheap, "client", "wrong", 3) == [401, 401, 429]
    await cheap.sql("UPDATE throttle_counters SET expires_at = now() - interval '1 second'")
    assert (await cheap.log_in("client")).status_code == 200


async def test_guesses_from_everywhere_send_unknown_devices_to_the_mailbox(
    cheap: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No plain lock even then: the known device passes, the person of an unknown one gets one link, and the answer is
    the same for a right password, a wrong one and an account that does not exist."""
    device = (await cheap.log_in("client", client="browser")).json()["device_token"]
    cheap.settings(monkeypatch, guesses_per_account=20)
    for login in ("client", "nobody-here"):
        for n in range(20):
            assert (await cheap.log_in(login, "x", address=f"198.51.100.{n}")).status_code == 401
    answers = [
        await cheap.log_in(login, password, address=FRESH)
        for login, password in (("client", cheap.password), ("client", "wrong"), ("nobody-here", "wrong"))
    ]
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert bodies[0]["code"] == "log_in_by_mail"
    assert bodies[0] == bodies[1] == bodies[2]
    await cheap.harness.run_jobs()
    [(sent, token)] = await cheap.links(PasswordResetRequested)
    assert sent.user_id == CLIENT.user_id
    assert (await cheap.log_in("client", client="browser", device=device, address=FRESH)).status_code == 200
    reset = await cheap.ask("/auth/password/reset", {"token": token, "password": "un tout nouveau mot de passe"}, FRESH)
    assert reset.status_code == 200
    entered = await cheap.log_in("client", client="browser", address=FRESH)
    assert entered.status_code == 200, "who went by e-mail may log in from there"


# One account and one name that is nobody's, each as it may be typed.
NOTATIONS = {
    "client": [
        *("client", "CLIENT", " client ", "c l i e n t", "*client*", "cli\u200bent", "cli\u00adent", "\u2060client"),
        *(
            "ｃｌｉｅｎｔ",
            "client\ufeff",
            "cli\u00a0ent",
        ),
    ],
    "client@exemple.fr": ["Client@EXEMPLE.fr", "cl\u200bient@exemple.fr"],
    "nobody-here": [
        "Nobody-Here",
        "nobody\u2010here",
        "nobody- here",
        "no\u200bbody-here",
        "*nobody-here*",
        "ｎｏbody-here",
    ],
    "nobody@exemple.fr": ["NOBODY@exemple.fr", "no\u200bbody@exemple.fr", "nobody @exemple.fr"],
}
PAIRS = [(name, notation) for name, notations in NOTATIONS.items() for notation in notations]


@pytest.mark.parametrize(("name", "notation"), PAIRS)
async def test_an_account_is_counted_whatever_its_notation(
    cheap: Any, monkeypatch: pytest.MonkeyPatch, name: str, notation: str
) -> None:
    cheap.settings(monkeypatch, account_attempts=2, guesses_per_account=3)
    assert await statuses(cheap, name, "wrong", 2) == [401] * 2
    assert (await cheap.log_in(notation, "wrong")).json()["code"] == "too_many_requests"
    assert (await cheap.log_in(notation, "wrong", address=FRESH)).status_code == 401
    for typed in (name, notation):
        assert (await cheap.log_in(typed, "wrong", address="203.0.113.78")).json()["code"] == "log_in_by_mail"
    await cheap.harness.run_jobs()
    assert len(await cheap.links(PasswordResetRequested)) == (not name.startswith("nobody"))


@pytest.mark.parametrize(("hammered", "asked"), [("client", "client@exemple.fr"), ("client@exemple.fr", "client")])
async def test_what_is_refused_tells_nobody_whose_address_it_is(cheap: Any, hammered: str, asked: str) -> None:
    assert await statuses(cheap, hammered, "wrong", 11) == [401] * 10 + [429]
    for name in (asked, "nobody-here", "nobody@exemple.fr"):
        assert await statuses(cheap, name, "wrong", 1) == [401]


async def test_all_wrong_passwords_together_only_alarm(
    cheap: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cheap.settings(monkeypatch, overall_attempts=5)
    with caplog.at_level(logging.WARNING, logger="identity.throttling"):
        for n in range(9):
            assert (await cheap.log_in(f"nobody{n}", "x", address=f"198.51.100.{n}")).status_code == 401
    assert len(caplog.records) == 1, "once a window"
    assert (await cheap.log_in("client")).status_code == 200


def basic(account: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{account}:{secret}".encode()).decode()}


async def token(world: Any, secret: str, address: str, account: str = "backoffice-test") -> int:
    form = {"data": {"grant_type": "client_credentials"}, "headers": basic(account, secret), "json": None}
    return int((await world.ask("/oauth/token", None, address, **form)).status_code)


async def test_a_service_account_is_never_locked_by_others(cheap: Any) -> None:
    hammered = [await token(cheap, "wrong", HERE) for _ in range(250)]
    assert (hammered[9:11], hammered[-1]) == ([401, 401], 429)
    assert await token(cheap, cheap.password, FRESH) == 200
    assert (await cheap.log_in("client")).status_code == 200, "people are counted apart, at the same address too"


async def test_a_service_account_with_a_wrong_secret_leaves_room_for_its_neighbours(cheap: Any) -> None:
    mistyped = [await token(cheap, "wrong", HERE, "neighbour") for _ in range(250)]
    assert mistyped[98:102] == [401, 401, 429, 429]
    assert await token(cheap, cheap.password, HERE) == 200
    made_up = [await token(cheap, "wrong", HERE, f"made-up-{n}") for n in range(150)]
    assert made_up[-1] == 429, "many accounts share what a network has"


async def test_people_who_are_hammered_do_not_stop_service_accounts(cheap: Any) -> None:
    assert [(await cheap.log_in(f"nobody{n}", "x")).status_code for n in range(201)][-1] == 429
    assert await token(cheap, cheap.password, HERE) == 200


async def test_counters_are_one_for_every_process_and_know_nobody(cheap: Any) -> None:
    await cheap.log_in("client", "wrong")
    async with cheap.harness.service.database.transaction() as session:
        keys = list(await session.scalars(text("SELECT key FROM throttle_counters")))
    assert keys
    assert not any("client" in key or HERE in key for key in keys)
    assert ThrottleCounter.__table__.c.key.primary_key
    await cheap.sql("UPDATE throttle_counters SET expires_at = now() - interval '1 second'")
    await cheap.harness.run_job("identity.clear_away_sessions")
    assert await counters(cheap) == 0
