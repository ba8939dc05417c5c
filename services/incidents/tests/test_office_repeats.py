"""A back office that says again what it has said: it undoes nothing that others have said or done since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from services.incidents.tests.returning import (
    FAULTY,
    FIRST,
    OFFICE,
    SECOND,
    START,
    delivered,
    office,
    returns,
)

from devkit.harness import CLIENT


@pytest.fixture
async def number(desk: Any, at: Any) -> str:
    """An exchange in advance whose replacement was delivered on 19 May 2026: due on 3 June."""
    at(START)
    return await delivered(desk)


# What the back office says, what a person says since, and the state that this leaves.
UNDONE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"step": "return_shipped", "tracking_number": FIRST}, {"step": "return_lost", "note": "Perdu"}),
    ({"step": "return_shipped"}, {"step": "keep_disk", "note": "Données sensibles"}),
    ({"step": "return_shipped", "tracking_number": FIRST}, {"step": "return_shipped", "tracking_number": SECOND}),
    ({"step": "return_lost", "note": "Perdu"}, {"step": "return_shipped", "note": "Retrouvé"}),
    ({"step": "keep_disk", "note": "Données"}, {"step": "return_shipped", "note": "Finalement envoyé"}),
    ({"step": "send_label", "without_statement": "Par téléphone"}, {"step": "return_shipped"}),
]


@pytest.mark.parametrize(("told", "since"), UNDONE, ids=lambda said: said["step"])
async def test_the_back_office_repeating_itself_undoes_nothing_that_was_said_since(
    desk: Any, number: str, told: dict[str, Any], since: dict[str, Any]
) -> None:
    assert (await office(desk, number, **told)).status_code == 200
    before = await desk.step(number, by=CLIENT, **since)
    again = {**told, "tracking_number": told.get("tracking_number", "").lower()} if "tracking_number" in told else told
    assert (await office(desk, number, **again)).status_code == 200
    assert await desk.line(number, by=CLIENT) == before


# What the back office says, what an agent does next, and a holder after that.
OFFICES_WORDS: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
    ({"step": "more_time", "reason": "Congés"}, []),
    ({"step": "receive", "serial_number": FAULTY}, [
        {"step": "inspect", "outcome": "partial", "missing": ["Alimentation"]}]),
    ({"step": "receive"}, [{"step": "inspect", "outcome": "partial", "missing": ["Alimentation"]}]),
    ({"step": "return_lost", "note": "Perdu"}, [{"step": "return_shipped", "note": "Retrouvé"}]),
    ({"step": "keep_disk", "note": "Données"}, [{"step": "refuse_disk", "note": "Sous garantie"}]),
]  # fmt: skip


@pytest.mark.parametrize(("told", "since"), OFFICES_WORDS, ids=["time", "serial", "bare", "lost", "kept"])
async def test_the_same_words_of_the_back_office_are_no_news_however_late(
    desk: Any, number: str, told: dict[str, Any], since: list[dict[str, Any]]
) -> None:
    assert (await office(desk, number, **told)).status_code == 200
    for step in since:
        await desk.step(number, **step)
    before = await desk.line(number)
    again = await office(desk, number, **told)
    assert (again.status_code, again.json()["known"]) == (200, True)
    assert await desk.line(number) == before


PARTIAL: dict[str, Any] = {"step": "inspect", "outcome": "partial", "missing": ["Alimentation"]}
LABEL: dict[str, Any] = {"step": "send_label", "without_statement": "Par téléphone"}
CAME: list[dict[str, Any]] = [{"step": "receive", "note": "Arrivé"}, PARTIAL]
# What the back office says, how it is asked for again since, and what the same words then make of the return.
SAID_AGAIN: list[tuple[str, dict[str, Any], list[dict[str, Any]], str]] = [
    ("receive-label", {"step": "receive", "serial_number": FAULTY}, [PARTIAL, LABEL], "received"),
    ("receive-bare", {"step": "receive"}, [PARTIAL, LABEL], "received"),
    ("receive-sent", {"step": "receive", "serial_number": FAULTY}, [PARTIAL, {"step": "return_shipped"}], "received"),
    ("sent-came", {"step": "return_shipped"}, [*CAME, LABEL], "in_transit"),
    ("sent-lost", {"step": "return_shipped"}, [{"step": "return_lost", "note": "Introuvable"}, LABEL], "in_transit"),
    ("sent-kept", {"step": "return_shipped"},
     [{"step": "keep_disk"}, {"step": "refuse_disk", "note": "Sous garantie"}], "in_transit"),
    ("lost-label", {"step": "return_lost", "note": "Perdu"}, [LABEL, {"step": "return_shipped"}], "lost"),
    ("lost-came", {"step": "return_lost", "note": "Perdu"}, [*CAME, LABEL], "lost"),
    ("label-lost", LABEL, [{"step": "return_shipped"}, {"step": "return_lost", "note": "Perdu"}], "label_sent"),
    ("label-came", LABEL, [*CAME, {"step": "return_shipped"}, {"step": "return_lost", "note": "Perdu"}], "label_sent"),
    ("time-came", {"step": "more_time", "reason": "Congés"}, [*CAME, LABEL], "label_sent"),
]  # fmt: skip


@pytest.mark.parametrize(("_", "told", "since", "state"), SAID_AGAIN, ids=[name for name, *_ in SAID_AGAIN])
async def test_the_same_words_are_news_once_the_line_has_asked_again(
    desk: Any, number: str, _: str, told: dict[str, Any], since: list[dict[str, Any]], state: str
) -> None:
    first = await office(desk, number, **told)
    assert (first.status_code, first.json()["known"]) == (200, False)
    for step in since:
        before = await desk.step(number, **step)
    again = await office(desk, number, **told)
    assert (again.status_code, again.json()["known"]) == (200, False), again.text
    line = await desk.line(number)
    assert (line["return_state"], line["version"] > before["version"]) == (state, True)
    # From now on they are known again.
    assert (await office(desk, number, **told)).json()["known"]
    assert await desk.line(number) == line


async def test_a_label_that_asks_for_the_rest_is_itself_no_news_when_it_is_repeated(desk: Any, number: str) -> None:
    assert (await office(desk, number, "receive", serial_number=FAULTY)).status_code == 200
    await desk.step(number, **PARTIAL)
    assert [(await office(desk, number, **LABEL)).json()["known"] for _ in range(2)] == [False, True]
    assert not (await office(desk, number, "receive", serial_number=FAULTY)).json()["known"]
    assert (await office(desk, number, "inspect", outcome="as_expected")).status_code == 200
    assert (await desk.line(number))["return"]["outcome"] == "as_expected"


async def test_reversing_after_an_agent_has_sent_the_unit_back_is_nothing_new(desk: Any) -> None:
    await desk.register()
    number = await desk.declare()
    await desk.exchange(number)
    await desk.step(number, "receive", serial_number=FAULTY)
    await desk.step(number, "inspect", outcome="no_fault_found")
    await desk.step(number, "reverse", reason="fault_gone")
    before = await desk.line(number)
    answer = await office(desk, number, "reverse", reason="fault_gone")
    assert (answer.status_code, answer.json()["known"]) == (200, True)
    assert await desk.line(number) == before


async def test_an_inspection_that_is_told_again_judges_nothing_that_has_come_since(desk: Any, number: str) -> None:
    await desk.step(number, "receive", serial_number="ZZZ999")
    verdict = {"outcome": "mismatch", "note": "Autre fournisseur"}
    assert (await office(desk, number, "inspect", **verdict)).status_code == 200
    await desk.step(number, "return_shipped", by=CLIENT)
    await desk.step(number, "receive", serial_number=FAULTY)
    assert (await office(desk, number, "inspect", **verdict)).status_code == 200
    assert (await desk.line(number))["return_state"] == "received"


@pytest.mark.parametrize(
    ("step", "more"),
    [("settle", {"outcome": "waived", "note": "Geste"}), ("return_lost", {"note": "Perdu"}), ("return_shipped", {})],
)
async def test_what_was_said_of_one_way_back_says_of_which_it_speaks_once_the_other_is_awaited(
    desk: Any, number: str, step: str, more: dict[str, Any]
) -> None:
    assert (await office(desk, number, step, **more)).status_code == 200
    if step == "return_shipped":
        await desk.step(number, "return_lost", note="Introuvable")
    await desk.step(number, "reverse", reason="fault_gone")
    before = await desk.line(number)
    for of, status, code in ((None, 409, "which_way_back"), ("return", 409, "other_way_back")):
        answer = await office(desk, number, step, **more, **({"of": of} if of else {}))
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (status, code, "of")
    assert await desk.line(number) == before
    assert (await office(desk, number, step, **more, of="replacement")).status_code == 200
    assert (await desk.line(number))["replacement_return_state"] != "expected"
    if step == "settle":
        # Once nothing is awaited any more it can only be a repetition.
        assert (await office(desk, number, step, **more)).status_code == 200


async def test_a_step_that_was_refused_is_no_repetition_once_it_may_be_taken(desk: Any, number: str) -> None:
    await desk.step(number, "receive", serial_number="ZZZ999")
    assert (await office(desk, number, "return_shipped", tracking_number=SECOND)).status_code == 409
    await desk.step(number, "inspect", outcome="mismatch", note="Autre fournisseur")
    assert (await office(desk, number, "return_shipped", tracking_number=SECOND)).status_code == 200
    assert returns(await desk.line(number)) == [(SECOND, "shipped")]


@pytest.mark.parametrize("moment", [{}, {"at": START.isoformat()}], ids=["now", "dated"])
async def test_a_parcel_put_again_as_it_was_undoes_nothing_that_was_said_since(
    desk: Any, number: str, at: Any, moment: dict[str, Any]
) -> None:
    await desk.step(number, "reverse", reason="fault_gone")
    identifier = uuid4()
    parcel = {"incident_number": number, "lines": [1], "direction": "replacement_return", "tracking_number": SECOND}

    async def put(state: str) -> int:
        body = {**parcel, "state": state, **moment}
        answer = await desk.as_(OFFICE).put(f"/backoffice/shipments/{identifier}", json=body)
        return int(answer.status_code)

    assert [await put(state) for state in ("shipped", "lost")] == [201, 200]
    at(START + timedelta(hours=2))
    before = await desk.step(number, "return_shipped", by=CLIENT, tracking_number=SECOND, note="Retrouvé")
    assert [await put(state) for state in ("shipped", "lost")] == [200, 200]
    assert await desk.line(number, by=CLIENT) == before


async def test_the_back_offices_last_choice_of_a_replacement_counts_and_its_repetition_undoes_no_correction(
    desk: Any,
) -> None:
    await desk.register()
    number = await desk.declare()
    await desk.exchange(number)
    for serial in ("CHOIX1", "CHOIX2", "CHOIX1"):
        assert (await office(desk, number, "reserve", serial_number=serial)).status_code == 200
        assert (await desk.line(number))["replacement_serial_number"] == serial
    assert (await office(desk, number, "out_of_stock", expected_on="2098-06-10")).status_code == 200
    await desk.step(number, "reserve", serial_number="VRAI")
    before = await desk.line(number)
    for serial in ("choix1", "CHOIX2"):
        assert (await office(desk, number, "reserve", serial_number=serial)).status_code == 200
    assert (await office(desk, number, "out_of_stock", expected_on="2098-06-10")).status_code == 200
    assert await desk.line(number) == before


async def test_the_back_office_repeating_a_label_or_a_parcel_awaits_nothing_again(desk: Any, number: str) -> None:
    told = {"send_label": {"without_statement": "Par téléphone"}, "return_shipped": {"tracking_number": FIRST}}
    for step, more in told.items():
        assert (await office(desk, number, step, **more)).status_code == 200
    await desk.step(number, "receive", serial_number="ZZZ999")
    await desk.step(number, "inspect", outcome="mismatch", note="Autre fournisseur")
    before = await desk.line(number)
    for step, more in told.items():
        assert (await office(desk, number, step, **more)).status_code == 200
    assert await desk.line(number) == before
