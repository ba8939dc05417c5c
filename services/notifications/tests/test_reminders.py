"""Reminders of contracts that end: one e-mail a day, grouped by client, and a log of whom it reached."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, RESELLER_BASIC, SQP
from notifications import reminders
from notifications.notification_types import EMAIL_BY_DEFAULT
from web import clock

SELLER = "reseller@portail.test"
HOLDER = "client@portail.test"


def plain(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def of_client(name: str, code: str) -> dict[str, Any]:
    return {"organisation_id": str(CLIENT.organisation_id), "code": code, "name": name}


async def told(world: Any, who: Any = RESELLER, contract: str = "29962") -> list[dict[str, Any]]:
    async with world.harness.client(who) as http:
        answer = await http.get("/api/v1/notifications/reminders", params={"contract": contract})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def mails_of(world: Any, who: Any = RESELLER) -> list[dict[str, Any]]:
    return [email for email in await world.emails() if email["user_id"] == who.user_id]


async def test_one_email_tells_of_all_of_a_day_grouped_by_client(world: Any) -> None:
    atelier = {"client": of_client("Atelier Durand", "C2")}
    await world.tell(
        world.facts.expiring(90, number="1", **atelier),
        world.facts.expiring(7, number="2"),
        world.facts.expiring(30, number="3", **atelier),
        world.facts.expiring(55, number="4", reminder="order", threshold=14, order_until="2023-12-01", client=None),
    )
    await world.harness.run_jobs()
    message = await world.mail.wait_for(SELLER)
    assert message["Subject"] == "[Fin de garantie] 4 contrats"
    text = plain(message)
    order = [
        "Atelier Durand",
        "- N°\xa01\xa0:",
        "- N°\xa03\xa0:",
        "Client Test",
        "- N°\xa02\xa0:",
        "Sans client",
        "- N°\xa04\xa0:",
    ]
    places = [text.index(each) for each in order]
    assert places == sorted(places)
    assert "peut être commandée jusqu’au 01/12/2023 inclus" in text
    assert "https://portail.test/renouvellements" in text
    assert len(await mails_of(world)) == 1


@pytest.mark.parametrize(
    ("reminded", "title", "lines"),
    [
        (((7, "1", "end"), (7, "1", "order")), "[Fin de garantie] Contrat n° 1", 1),
        (((7, "1", "order"), (7, "1", "end"), (30, "2", "end")), "[Fin de garantie] 2 contrats", 2),
    ],
    ids=["one contract", "two contracts"],
)
async def test_a_contract_that_is_reminded_of_twice_counts_once(
    world: Any, reminded: Any, title: str, lines: int
) -> None:
    await world.tell(
        *(
            world.facts.expiring(
                days, number=number, **({"reminder": "order", "order_until": "2023-12-09"} if kind == "order" else {})
            )
            for days, number, kind in reminded
        )
    )
    await world.harness.run_jobs()
    message = await world.mail.wait_for(SELLER)
    assert message["Subject"] == title
    text = plain(message)
    assert text.count("- N°") == lines
    [line] = [each for each in text.splitlines() if each.startswith("- N°\xa01\xa0:")]
    assert "prend fin le" in line
    assert "peut être commandée jusqu’au 09/12/2023" in line


async def test_what_comes_after_the_days_email_waits_for_the_morning(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = datetime(2026, 11, 30, 12, tzinfo=clock.PARIS)
    at(monkeypatch, noon)
    await world.tell(world.facts.expiring(30, number="1"))
    await world.harness.run_jobs()
    assert [email["state"] for email in await mails_of(world)] == ["sent"]
    await world.tell(world.facts.expiring(30, number="2"), world.facts.expiring(7, number="3"))
    [_, waiting] = sorted(await mails_of(world), key=lambda email: email["next_attempt_at"])
    assert waiting["next_attempt_at"] == datetime(2026, 12, 1, 8, tzinfo=clock.PARIS)
    [line] = [each for each in await told(world, contract="2") if each["name"] == "Prénom reseller"]
    assert (line["mail"], line["sentence"]) == ("waiting", "E-mail prévu le 01/12/2026 08:00.")


async def test_an_email_that_failed_over_night_is_not_a_second_one_of_the_day(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, datetime(2026, 11, 30, 12, tzinfo=clock.PARIS))
    world.mail.refuse[SELLER] = 451
    await world.tell(world.facts.expiring(30, number="1"))
    [first] = await mails_of(world)
    await world.harness.run_job("notifications.deliver_email", email_id=str(first["id"]))
    await world.tell(world.facts.expiring(30, number="2"))
    world.mail.refuse.clear()
    at(monkeypatch, datetime(2026, 12, 1, 8, 1, tzinfo=clock.PARIS))
    for email in await mails_of(world):
        await world.harness.run_job("notifications.deliver_email", email_id=str(email["id"]))
    by_state = {email["state"]: email for email in await mails_of(world)}
    assert set(by_state) == {"sent", "queued"}
    assert by_state["queued"]["next_attempt_at"] == datetime(2026, 12, 2, 8, tzinfo=clock.PARIS)


async def test_the_log_says_who_was_told_and_what_became_of_the_email(world: Any) -> None:
    async with world.harness.client(CLIENT) as http:
        off = {"email": {**EMAIL_BY_DEFAULT, "contract_expiring": False}}
        assert (await http.put("/api/v1/notifications/preferences", json=off)).status_code == 200
    await world.tell(world.facts.expiring(7, threshold=7))
    lines = {line["name"]: line for line in await told(world)}
    assert {line["mail"] for line in lines.values()} == {"waiting", "none"}
    await world.harness.run_jobs()
    lines = {line["name"]: line for line in await told(world)}
    seller, holder = lines["Prénom reseller"], lines["Prénom client"]
    assert (seller["mail"], seller["in_app"], seller["kind"], seller["threshold"]) == ("delivered", True, "end", 7)
    assert seller["sentence"].startswith("E-mail remis à la messagerie du destinataire le ")
    assert (holder["mail"], holder["in_app"]) == ("none", True)
    assert "n’en veut pas" in holder["sentence"]


async def test_an_organisation_without_anyone_to_tell_is_on_record(world: Any) -> None:
    await world.tell(world.facts.user(RESELLER, version=2, status="disabled"), world.facts.expiring(7))
    lines = await told(world, SQP)
    [nobody] = [line for line in lines if not line["name"]]
    assert "cette organisation n’avait aucun administrateur actif" in nobody["sentence"]


async def test_a_refused_address_is_on_record(world: Any) -> None:
    world.mail.refuse[SELLER] = 550
    await world.tell(world.facts.expiring(7))
    await world.harness.run_jobs()
    assert "failed" in {line["mail"] for line in await told(world)}


async def test_the_log_is_of_ones_own_people_and_of_ones_clients(world: Any) -> None:
    await world.tell(world.facts.expiring(7))
    assert {line["name"] for line in await told(world, RESELLER)} == {"Prénom reseller", "Prénom client"}
    assert {line["name"] for line in await told(world, RESELLER_BASIC)} == {"Prénom reseller", "Prénom client"}
    assert {line["name"] for line in await told(world, CLIENT)} == {"Prénom client"}
    assert await told(world, OTHER_RESELLER) == []
    assert len(await told(world, SQP)) == 2


async def test_a_long_list_is_cut_in_the_email_and_counted(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifications.reminder_labels.MOST", 2)
    await world.tell(*(world.facts.expiring(30, number=str(number)) for number in range(5)))
    await world.harness.run_jobs()
    text = plain(await world.mail.wait_for(HOLDER))
    assert text.count("- N°") == 2
    assert "Et 3 autres, à voir dans le portail." in text


def test_the_next_morning_is_eight_oclock_in_paris_across_both_clock_changes() -> None:
    for day in (date(2026, 3, 28), date(2026, 10, 24)):
        morning = reminders.morning_after(day)
        assert (morning.hour, morning.date()) == (8, day + timedelta(days=1))
