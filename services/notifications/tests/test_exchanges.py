"""Exchanges and returns from event to feed, e-mail and open page: no other house, nothing twice or too late."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any, get_args
from uuid import uuid4

import pytest
from services.notifications.tests.test_exchange_notices import with_plain_spaces

from devkit.harness import CLIENT, CLIENT_BASIC, RESELLER, RESELLER_BASIC, SQP
from events.exchange_words import ExchangeStep

SELLER, HOLDER = "reseller@portail.test", "client@portail.test"
RESELLER_SIDE, CLIENT_SIDE = ({n, f"{n}_basic"} for n in ("reseller", "client"))
SECRET = "a-token-that-nobody-may-read"
STEPS = get_args(ExchangeStep)


def part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    assert body is not None
    return with_plain_spaces(str(body.get_content()))


def twins(message: EmailMessage) -> tuple[str, str]:
    return part(message, "plain"), part(message, "html")


async def mailed(world: Any) -> set[str]:
    return {email["recipient"].partition("@")[0] for email in await world.emails()}


async def states(world: Any) -> dict[str, str]:
    return {email["recipient"]: email["state"] for email in await world.emails()}


@pytest.mark.parametrize("by", [SQP, RESELLER, None], ids=["sqp", "reseller", "nobody"])
@pytest.mark.parametrize("client", [CLIENT.organisation_id, None], ids=["held", "without-client"])
async def test_no_step_reaches_another_house(world: Any, by: Any, client: Any) -> None:
    for version, step in enumerate(STEPS, 7):
        await world.tell(world.facts.exchange(step, by, version=version, client_id=client, outcome="waived"))
    strangers = {"other_reseller", "other_client", *(CLIENT_SIDE if client is None else ())}
    told = set(await world.told())
    assert told
    assert strangers.isdisjoint(told)
    assert strangers.isdisjoint(await mailed(world))
    organisations = [RESELLER.organisation_id, *([client] if client else [])]
    parties = {"sqp", *(f"organisation:{each}" for each in organisations)}
    hints = [each for each in await world.rows("SELECT * FROM stream_items") if each["event"] == "incident.changed"]
    assert len(hints) == len(STEPS)
    assert all(set(hint["audience"]) == parties for hint in hints)


@pytest.mark.parametrize("days_left", [5, 1, -1, -7])
async def test_a_reminder_reaches_the_holders_administrators_and_no_other_house(world: Any, days_left: int) -> None:
    await world.tell(world.facts.reminded(days_left))
    assert set(await world.told()) == await mailed(world) == {"reseller", "client"}
    items = await world.rows("SELECT audience FROM stream_items")
    assert {key for item in items for key in item["audience"]} == {f"user:{p.user_id}" for p in (RESELLER, CLIENT)}


async def test_a_reminder_of_an_incident_without_client_reaches_its_reseller_alone(world: Any) -> None:
    await world.tell(world.facts.reminded(client_id=None))
    assert set(await world.told()) == await mailed(world) == {"reseller"}


async def test_who_has_no_access_gets_neither_step_nor_reminder(world: Any) -> None:
    await world.tell(world.facts.organisation(CLIENT, portal_access=False))
    await world.tell(world.facts.user(RESELLER_BASIC, version=2, status="disabled"))
    await world.tell(world.facts.exchange("shipped"), world.facts.reminded())
    assert set(await world.told()) == await mailed(world) == {"reseller"}


async def test_access_that_closes_before_the_reminder_leaves_stops_it(world: Any) -> None:
    await world.tell(world.facts.reminded(), world.facts.organisation(CLIENT, portal_access=False))
    await world.harness.run_jobs()
    assert await states(world) == {SELLER: "sent", HOLDER: "skipped"}
    assert {address for each in world.mail.messages for address in each.recipients} == {SELLER}
    assert all(email["sealed_token"] is None for email in await world.emails())


async def test_a_dispatch_is_mailed_with_carrier_number_link_and_note(world: Any) -> None:
    await world.tell(world.facts.exchange("shipped", note="Livré le matin.\nSonnez <deux> fois."))
    await world.harness.run_jobs()
    message = await world.mail.wait_for(SELLER)
    assert message["Subject"] == "[Colis expédié] Incident n. 20122301"
    assert message["References"] == "<incident.20122301@sqp.example>"
    for twin in twins(message):
        assert "est parti. Transporteur : Chronopost, n° XY123456785FR." in twin
        assert "https://suivi.example/XY123456785FR" in twin
        assert "https://portail.test/incidents/20122301?onglet=echange#ligne-1" in twin
        assert "Problème avec mon NAS" in twin
        assert "Livré le matin." in twin
    assert "Sonnez <deux> fois." in part(message, "plain")
    assert "Sonnez &lt;deux&gt; fois." in part(message, "html")
    assert '<a href="https://suivi.example/XY123456785FR">Suivre le colis</a>' in part(message, "html")


async def test_a_label_is_mailed_with_what_to_do_until_when_and_the_slip(world: Any) -> None:
    await world.tell(world.facts.user(CLIENT, version=2, language="en"))
    await world.tell(world.facts.exchange("label_sent", return_state="label_sent", return_due_on="2021-01-13"))
    await world.harness.run_jobs()
    french, english = await world.mail.wait_for(SELLER), await world.mail.wait_for(HOLDER)
    assert (french["Subject"], english["Subject"]) == (
        "[Étiquette de retour] Incident n. 20122301",
        "[Return label] Incident no. 20122301",
    )
    for message, words in ((french, ("au plus tard le 13/01/2021", "À faire")), (english, ("by 13/01/2021", "To do"))):
        for twin in twins(message):
            assert all(each in twin for each in words)
            assert "https://portail.test/incidents/20122301/echanges/1/bon-de-retour.pdf" in twin
    assert not list(french.iter_attachments())


@pytest.mark.parametrize("step", ["delivery_presumed", "return_shipped", "closed"])
async def test_a_step_that_asks_nothing_of_anybody_stays_in_the_feed(world: Any, step: str) -> None:
    await world.tell(world.facts.exchange(step))
    assert set(await world.told()) == RESELLER_SIDE | CLIENT_SIDE
    assert await world.emails() == []


async def test_what_people_do_not_want_by_email_stays_in_the_feed(world: Any) -> None:
    off = {"exchange_changed": False, "return_reminded": False}
    async with world.harness.client(RESELLER) as http:
        put = await http.put("/api/v1/notifications/preferences", json={"email": off})
    assert put.status_code == 200, put.text
    await world.tell(world.facts.exchange("approved"), world.facts.reminded())
    assert (await world.feed(RESELLER))["total"] == 2
    assert RESELLER.user_id not in {email["user_id"] for email in await world.emails()}


async def test_a_reminder_leads_to_an_answer_without_log_in(world: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await world.tell(world.facts.reminded(token=SECRET, consequence="refused"))
    for table in ("outbox", "inbox", "emails", "notifications", "stream_items", "dead_jobs"):
        assert SECRET not in str(await world.rows(f"SELECT t::text FROM {table} AS t")), table
    await world.harness.run_jobs()
    message = await world.mail.wait_for(HOLDER)
    assert message["Subject"] == "[Retour à faire] Incident n. 20122301"
    assert message["References"] == "<incident.20122301@sqp.example>"
    for twin in twins(message):
        assert "Répondre sans vous connecter" in twin
        assert f"https://portail.test/retours/repondre?token={SECRET}" in twin
        assert "et pour imprimer le bon de retour" in twin
        assert "bon-de-retour.pdf" not in twin, "it would ask for a log-in"
        assert "TS-131K (n° de série Q207B17555)" in twin
        assert "https://portail.test/incidents/20122301?onglet=echange#ligne-1" in twin
        assert "aucun nouvel échange n’est accordé" in twin
    assert [email["sealed_token"] for email in await world.emails()] == [None, None]
    [line] = (await world.feed(CLIENT))["items"]
    assert line["subject"]["path"] == "/incidents/20122301?onglet=echange#ligne-1"
    # The stand-in for the mail server logs what it receives; nothing of ours does.
    assert not [record for record in caplog.records if record.name != "mail.log" and SECRET in record.getMessage()]


async def test_an_expired_answer_link_is_never_sent(world: Any) -> None:
    await world.tell(world.facts.reminded(-7, expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    await world.harness.run_jobs()
    assert await states(world) == {SELLER: "expired", HOLDER: "expired"}
    assert world.mail.attempts == []
    assert set(await world.told()) == {"reseller", "client"}


OVER = [
    {"step": "return_disk_kept", "return_state": "label_sent"},
    {"step": "return_shipped", "return_state": "in_transit"},
    {"step": "return_received", "return_state": "received"},
    {"step": "return_settled", "return_state": "settled", "outcome": "waived"},
    {"step": "cancelled", "return_state": "not_required", "return_due_on": None},
]


@pytest.mark.parametrize("since", OVER, ids=lambda since: since["step"])
async def test_who_has_sent_it_since_is_not_reminded(world: Any, since: dict[str, Any]) -> None:
    """The reminder was under way for long: its event, or its e-mail."""
    reminder = world.facts.reminded()
    due_on = {"return_due_on": reminder.return_due_on}
    await world.tell(world.facts.exchange("label_sent", version=9, **due_on), reminder)
    await world.tell(world.facts.exchange(**due_on | {"version": 20} | since))
    await world.tell(reminder, event_id=uuid4())
    assert len([email for email in await world.emails() if email["kind"] == "return_reminded"]) == 2
    await world.harness.run_jobs()
    ended = [email["state"] for email in await world.emails() if email["kind"] == "return_reminded"]
    assert ended == ["skipped", "skipped"]


async def test_a_reminder_of_a_day_that_was_put_off_is_not_told(world: Any) -> None:
    reminder = world.facts.reminded()
    later = reminder.return_due_on + timedelta(days=7)
    await world.tell(world.facts.exchange("return_extended", version=20, return_due_on=later), reminder)
    assert [email for email in await world.emails() if email["kind"] == "return_reminded"] == []
    await world.tell(world.facts.reminded(version=21, return_due_on=later))
    assert len([email for email in await world.emails() if email["kind"] == "return_reminded"]) == 2


async def test_what_was_known_before_a_reminder_does_not_stop_it(world: Any) -> None:
    """Such as the arrival of a return which a correction has undone, or another line's."""
    await world.tell(world.facts.exchange("return_received", version=9, return_state="received"))
    await world.tell(world.facts.exchange("return_received", version=20, return_state="received", exchange_id=uuid4()))
    await world.tell(world.facts.reminded(version=14))
    assert len([email for email in await world.emails() if email["kind"] == "return_reminded"]) == 2


@pytest.mark.parametrize("told", ["exchange", "reminded"])
async def test_nobody_is_told_twice_of_one_event(world: Any, told: str) -> None:
    event, identifier = getattr(world.facts, told)(), uuid4()
    await world.tell(event, event, event_id=identifier)
    await world.sql("DELETE FROM inbox")
    await world.tell(event, event_id=identifier)
    assert (await world.feed(RESELLER))["total"] == 1
    assert len([email for email in await world.emails() if email["user_id"] == RESELLER.user_id]) == 1


async def test_steps_are_told_in_whatever_order_they_come(world: Any) -> None:
    late, early = world.facts.exchange("delivered", version=9), world.facts.exchange("shipped", version=8)
    await world.tell(late, early)
    assert set((await world.told())["client"]) == {
        "[Colis expédié] Incident n. 20122301",
        "[Colis livré] Incident n. 20122301",
    }
    [kept] = await world.rows("SELECT version FROM exchanges")
    assert kept["version"] == 9


async def test_a_parcel_for_three_products_is_told_once(world: Any) -> None:
    lines = [
        world.facts.exchange(
            version=7 + line,
            line=line,
            exchange_id=uuid4(),
            serial_number=f"DISQUE{line}",
            replacement_serial_number=f"NEUF{line}",
        )
        for line in (1, 2, 3)
    ]
    identifiers = [uuid4() for _ in lines]
    for event, identifier in zip(lines, identifiers, strict=True):
        await world.tell(event, event_id=identifier)
    await world.sql("DELETE FROM inbox")
    await world.tell(lines[1], event_id=identifiers[1])
    [line] = (await world.feed(CLIENT_BASIC))["items"]
    assert (
        with_plain_spaces(line["body"])
        == "Le remplacement pour 3 produits est parti. Transporteur : Chronopost, n° XY123456785FR."
    )
    await world.harness.run_jobs()
    assert len(world.mail.messages) == 4
    for twin in twins(await world.mail.wait_for(SELLER)):
        for number in (1, 2, 3):
            said = f"TS-131K (n° de série DISQUE{number}), remplacé par TS-131K (n° de série NEUF{number})"
            assert twin.count(said) == 1
    await world.tell(
        world.facts.exchange("delivered", version=12), world.facts.exchange("shipped", at="2020-12-24T09:00Z")
    )
    assert (await world.feed(CLIENT_BASIC))["total"] == 3


async def test_an_approval_is_told_once_and_not_as_a_new_status_too(world: Any) -> None:
    await world.tell(
        world.facts.exchange("approved", version=7),
        world.facts.status("in_diagnosis", version=8, previous_status="new"),
        world.facts.status("exchange", version=9),
    )
    assert (await world.told())["reseller"] == ["[Échange accordé] Incident n. 20122301"]
    later = world.facts.at + timedelta(minutes=5)
    await world.tell(world.facts.status("pending", version=10, at=later), world.facts.status(number="20122302"))
    assert (await world.feed(RESELLER))["total"] == 3


@pytest.mark.parametrize(
    ("state", "due_on", "told"),
    [("expected", "2021-01-13", True), ("in_transit", "2021-01-13", False), ("expected", "2021-01-20", False)],
    ids=["still to be sent", "sent since", "put off since"],
)
async def test_a_reminder_of_a_replacement_counts_while_it_is_to_be_sent_by_that_day(
    world: Any, state: str, due_on: str, told: bool
) -> None:
    reversed_ = {"return_state": "not_required", "replacement_return": state, "replacement_due_on": due_on}
    await world.tell(world.facts.exchange("reversed", version=15, **reversed_))
    await world.tell(world.facts.reminded(of_replacement=True, serial_number="Q251I02233", return_due_on="2021-01-13"))
    titles = [title for read in (await world.told()).values() for title in read]
    assert any(title.startswith("[Retour en retard]") for title in titles) is told
