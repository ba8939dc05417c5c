"""What follows if a return is late: as it was in force at the approval, told before, and never retroactive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any

import pytest

from devkit.harness import CLIENT, RESELLER, RESELLER_BASIC, SQP
from events.exchange_words import Consequence
from events.incidents import ExchangeChanged, ReturnReminded
from incidents.exchanges import foretold
from incidents.exchanges.terms import Terms
from web.clock import PARIS

START = datetime(2026, 5, 19, 10, tzinfo=PARIS)
LATE = datetime(2026, 6, 10, 9, tzinfo=PARIS)
STOPS = "En cas de retard, aucun nouvel échange n’est accordé avant ce retour."

Delivered = Callable[..., Awaitable[str]]


@pytest.fixture
async def delivered(desk: Any, at: Any) -> Delivered:
    """Exchanges in advance whose replacements were delivered on 19 May 2026: due on 3 June."""
    at(START)
    await desk.register()

    async def of(serial: str, new: str, overdue: str = "warn") -> str:
        await settings(desk, overdue=overdue)
        number: str = await desk.declare(serial_numbers=[serial])
        await desk.exchange(number, serial)
        await desk.step(number, "reserve", serial_number=new)
        await desk.news(await desk.ship(number), "delivered")
        return number

    return of


async def settings(desk: Any, **wanted: Any) -> None:
    revision = (await desk.as_(SQP).get("/exchange-settings")).headers["etag"]
    changed = await desk.as_(SQP, **{"If-Match": revision}).patch("/exchange-settings", json=wanted)
    assert changed.status_code == 204, changed.text


async def told_before(desk: Any, by: Any = RESELLER, contract: str = "29962") -> Any:
    return (await desk.as_(by).get("/incidents/choices", params={"contract": contract})).json()


async def asked(desk: Any, serial: str, **more: Any) -> str:
    number: str = await desk.declare(serial_numbers=[serial])
    await desk.exchange(number, serial, by=RESELLER, **more)
    return number


async def test_a_line_keeps_the_consequence_that_was_in_force_at_its_approval(
    desk: Any, delivered: Delivered, at: Any
) -> None:
    number = await delivered("Q207B17555", "NEW1", "refused")
    await settings(desk, overdue="warn")
    assert (await desk.line(number))["return"]["consequence"] == STOPS
    steps = [each for each in await desk.harness.told(ExchangeChanged) if each.step == "delivered"]
    assert [each.consequence for each in steps] == ["refused"]
    at(datetime(2026, 5, 29, 9, tzinfo=PARIS))
    await desk.harness.run_job("incidents.remind_of_returns")
    assert [each.consequence for each in await desk.harness.told(ReturnReminded)] == ["refused"]


async def test_an_overdue_return_that_was_told_a_reminder_stops_no_exchange_later(
    desk: Any, delivered: Delivered, at: Any
) -> None:
    await delivered("Q207B17555", "NEW1", "warn")
    await settings(desk, overdue="refused")
    at(LATE)
    assert (await told_before(desk))["returns"] == {"count": 1, "sentence": "Pensez à le renvoyer."}
    assert (await desk.step(await asked(desk, "Z9CBPM5M"), "approve"))["decision"] == "approved"


async def test_an_overdue_return_that_was_told_a_refusal_stops_exchanges_whatever_sqp_sets_since(
    desk: Any, delivered: Delivered, at: Any
) -> None:
    await delivered("Q207B17555", "NEW1", "refused")
    await settings(desk, overdue="warn")
    at(LATE)
    assert (await told_before(desk, RESELLER_BASIC))["returns"]["sentence"] == (
        "Tant qu’il manque, aucun échange n’est accordé."
    )
    refused = await desk.try_step(await asked(desk, "Z9CBPM5M", type="part_only"), "approve")
    assert (refused.status_code, refused.json()["code"]) == (409, "exchanges_stopped")
    assert refused.json()["title"].startswith("Un retour de ce revendeur est en retard")


async def test_where_the_next_exchange_is_to_be_standard_one_in_advance_is_refused_alone(
    desk: Any, delivered: Delivered, at: Any
) -> None:
    await delivered("Q207B17555", "NEW1", "standard")
    at(LATE)
    number = await desk.declare(serial_numbers=["Z9CBPM5M"])
    before = (await desk.as_(RESELLER).get(f"/incidents/{number}/exchanges")).json()
    assert before["overdue"] == (await told_before(desk, RESELLER))["returns"]
    await desk.exchange(number, "Z9CBPM5M", by=RESELLER)
    assert (await desk.as_(RESELLER).get(f"/incidents/{number}/exchanges")).json()["overdue"] is None
    assert (await desk.try_step(number, "approve")).json()["code"] == "overdue_returns"
    assert (await desk.step(number, "approve", type="standard_exchange"))["type"] == "standard_exchange"


async def test_of_several_overdue_returns_the_strictest_decide_and_are_counted(
    desk: Any, delivered: Delivered, at: Any
) -> None:
    await desk.register(number="30001", serial_number="A1", articles=[])
    first = await desk.declare(contract_number="30001", serial_numbers=["A1"])
    await desk.exchange(first, "A1")
    await desk.step(first, "reserve", serial_number="NEW0")
    await desk.news(await desk.ship(first), "delivered")
    await delivered("Q207B17555", "NEW1", "refused")
    await delivered("Z9CBPM5M", "NEW2")
    at(LATE)
    assert (await desk.as_(SQP).get("/exchanges")).json()["counts"]["overdue"] == 3
    assert (await told_before(desk))["returns"]["count"] == 1


@pytest.mark.parametrize("type_", ["standard_exchange", "part_only", "advance_exchange"])
async def test_why_sqp_passes_over_overdue_returns_is_read_by_sqp_alone(
    desk: Any, delivered: Delivered, at: Any, type_: str
) -> None:
    await delivered("Q207B17555", "NEW1", "refused")
    at(LATE)
    number = await asked(desk, "Z9CBPM5M", type=type_)
    assert (await desk.try_step(number, "approve")).json()["code"] == "exchanges_stopped"
    line = await desk.step(number, "approve", despite_overdue="Panne de production")
    assert [(fact["step"], fact["note"]) for fact in line["timeline"]][-2:] == [
        ("overdue_passed_over", "Panne de production"),
        ("approved", ""),
    ]
    for by in (RESELLER, CLIENT):
        assert "Panne" not in str(await desk.line(number, by=by))
    assert all("Panne" not in each.note for each in await desk.harness.told(ExchangeChanged))


async def test_what_a_return_asks_for_is_told_before_declaring_where_cover_promises_an_exchange(desk: Any) -> None:
    await desk.register()
    await desk.register(number="30002", serial_number="B1", articles=[], service_level="Retour atelier")
    await settings(
        desk, overdue="refused", by_service_level=[{"service_level": "Envoi express J+1", "return_days": 10}]
    )
    assert (await told_before(desk, CLIENT))["advance"]["returns"] == (
        "En cas d’échange avancé, le matériel défectueux est à renvoyer sous 10 jours après la livraison. " + STOPS
    )
    assert (await told_before(desk, contract="30002"))["advance"] is None


async def test_what_a_return_asks_for_is_told_before_an_exchange_is_asked_for(desk: Any) -> None:
    await desk.register()
    number = await desk.declare()
    found = (await desk.as_(RESELLER).get(f"/incidents/{number}/exchanges")).json()
    assert "sous 15 jours après la livraison" in found["return_terms"]
    assert (await desk.as_(RESELLER_BASIC).get(f"/incidents/{number}/exchanges")).json()["return_terms"] == ""


def test_sentences_agree_with_their_number() -> None:
    one = foretold.return_terms(Terms(return_days=1), "", "en")
    assert "within one day of" in one
    counts: dict[Consequence, int] = {"standard": 2, "warn": 1}
    returns = foretold.overdue(counts, counts, "fr")
    assert returns is not None
    assert returns.sentence.startswith("Tant qu’ils manquent,")
    assert foretold.overdue({}, {}, "fr") is None
    assert Terms().given_again(None, date(2026, 6, 1)) == date(2026, 6, 8)


def test_a_client_is_told_of_what_stands_against_its_exchange_though_it_is_anothers() -> None:
    told = foretold.overdue({"warn": 3}, {"warn": 3, "refused": 1}, "fr")
    assert told is not None
    assert (told.count, told.sentence) == (
        0,
        "Un retour de votre revendeur à SQP est en retard\u00a0: tant qu’il manque, aucun échange n’est accordé.",
    )
    assert foretold.overdue({}, {"warn": 1}, "fr") is None
