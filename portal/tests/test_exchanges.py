"""The exchanges of an incident: what each reader sees of a line."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from devkit.exchange_samples import (
    AGENT,
    NUMBER,
    PARCEL,
    back,
    fact,
    line,
    parcel,
    replacement_back,
    reversed_line,
)
from web import clock

TAB = f"/incidents/{NUMBER}?onglet=echange"
STEPS = f"/incidents/{NUMBER}/echanges/1"


def said(page: str) -> str:
    """The words of a page on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def forms(page: str) -> list[str]:
    """The ids of the forms that stand on the page."""
    return re.findall(r'<form class="act-form"[^>]* id="([^"]*)"', page)


async def test_a_reseller_reads_both_legs_as_one_time_line(desk: Any) -> None:
    page = await desk.get(TAB)
    words = said(page)
    for expected in (
        "Échange n° 1 · Échange avancé", "Vers le client", "Retour à SQP", "Étiquette envoyée", "Q251I02233",
        "TS-133 · Reconditionné", "Modèle arrêté", "Le remplacement a repris la couverture.", "Parti à temps",
        "encore 12 jours", "En cas de retard, SQP envoie des relances.", "Le client attend.", "Zoé Œuvrard (Revendeur)",
    ):  # fmt: skip
        assert expected in words, expected
    assert '<time datetime="2026-05-19T08:00:00+00:00">19/05/2026 10:00</time>' in page
    links = re.findall(r'<a[^>]*href="https://suivi.example/[^>]*>', page)
    assert len(links) == 2
    assert all('rel="noopener noreferrer"' in link for link in links)


async def test_what_may_still_come_after_an_inspection_is_nobodys_next_step(desk: Any) -> None:
    desk.holds(line(actions=["return_shipped"], **{"return": back("inspected", "Retour contrôlé", outcome="partial")}))
    page = await desk.get(TAB)
    assert 'id="return_shipped-1"' in page
    assert "Prochaine étape" not in page


async def test_the_way_back_shows_no_stop_that_was_passed_over(desk: Any) -> None:
    desk.holds(line(timeline=[fact("return_settled", "Retour soldé.")], **{"return": back("settled", "Retour soldé")}))
    page = await desk.get(TAB)
    start = page.index('<div class="leg return')
    stops = said(page[start : page.index("</ol>", start)])
    assert "Soldé (fait)" in stops
    assert not [word for word in ("Étiquette", "En route", "Reçu") if word in stops]


@pytest.mark.parametrize(
    ("left", "sentence"),
    [(12, "encore 12 jours"), (1, "encore 1 jour"), (0, "dernier jour aujourd’hui"), (-1, "1 jour de retard"),
     (-3, "3 jours de retard")],
)  # fmt: skip
async def test_the_days_left_to_send_a_product_back_are_counted(desk: Any, left: int, sentence: str) -> None:
    due = clock.today() + timedelta(days=left)
    desk.holds(line(**{"return": back(days_left=left, due_on=due, is_overdue=left < 0)}))
    page = await desk.get(TAB)
    assert f"</strong>, {sentence}." in page
    assert ("notice bad due" in page) is (left < 0)


@pytest.mark.parametrize(
    ("left", "sentence"), [(12, "encore 12 jours"), (-3, "3 jours de retard")], ids=["in time", "late"]
)
async def test_the_holder_of_a_replacement_that_comes_back_reads_until_when_and_what_follows(
    desk: Any, left: int, sentence: str
) -> None:
    due = clock.today() + timedelta(days=left)
    desk.holds(reversed_line(replacement_return=replacement_back(days_left=left, due_on=due, is_overdue=left < 0)))
    page = await desk.get(TAB)
    words = said(page)
    for expected in (
        "Remplacement à renvoyer au plus tard le", sentence, "En cas de retard, SQP envoie des relances.",
        "l’appareil n° Q251I02233, reçu en remplacement, est à renvoyer à SQP", "Retour du remplacement",
        "Signaler l’envoi du remplacement", "Demander un délai", "Signaler le remplacement perdu",
    ):  # fmt: skip
        assert expected in words, expected
    assert ("notice bad due" in page) is (left < 0)
    assert f'href="/incidents/{NUMBER}/echanges/1/bon-de-retour.pdf"' in page
    assert "Retour à SQP" not in words
    assert "Replacement to be sent back by" in said(await desk.get(TAB, "en"))


async def test_a_replacement_that_was_called_back_is_due_once_it_is_delivered(desk: Any) -> None:
    waiting = replacement_back(due_on=None, days_left=None)
    desk.holds(reversed_line(decision="cancelled", stage="awaited", replacement_return=waiting, due_on=None))
    words = said(await desk.get(TAB))
    assert "S’il vous est livré malgré tout, il est à renvoyer à SQP" in words
    assert "Bon de retour (PDF)" in words


async def test_finished_lines_are_folded_beside_others(desk: Any) -> None:
    desk.holds(*(line(n, decision="closed", actions=[]) for n in (1, 2, 3)), line(4))
    page = await desk.get(TAB)
    assert len(re.findall(r'<details><summary class="exchange-head">', page)) == 3
    assert re.search(r'<details><summary class="exchange-head">.*?</summary><div id="ligne-1">', page, re.DOTALL)
    assert 'id="ligne-4" aria-labelledby' in page
    desk.holds(line(decision="closed", actions=[]))
    assert '<summary class="exchange-head">' not in await desk.get(TAB)


async def test_a_finished_line_whose_form_is_shown_again_stands_open(desk: Any) -> None:
    desk.log_in("sqp")
    desk.holds(line(decision="closed", actions=["claim"], claim_next=["opened"]), line(2))
    desk.refusal = (409, {"code": "claim_is_over", "title": "Non."})
    status, page = await desk.post(STEPS, form="claim-1", step="claim", version="7", state="opened", maker_number="R")
    assert (status, '<details open><summary class="exchange-head">' in page) == (409, True)


async def test_in_english(desk: Any) -> None:
    words = said(await desk.get(TAB, "en"))
    for expected in ("Exchange no. 1", "12 days left", "To the client", "Back to SQP", "Report the return as sent"):
        assert expected in words, expected


@pytest.mark.parametrize("kind", ["reseller", "client"])
async def test_holders_see_the_forms_of_what_they_may_do(desk: Any, kind: str) -> None:
    desk.log_in(kind)
    desk.holds(line(), requestable=["Z9CBPM5M"], may_state=True)
    assert set(forms(await desk.get(TAB))) == {
        "return_shipped-1", "return_lost-1", "more_time-1", "keep_disk-1", "data", "request",
    }  # fmt: skip


async def test_nothing_is_asked_of_whoever_may_do_nothing(desk: Any) -> None:
    desk.log_in("reseller", "basic")
    desk.holds(line(actions=[]))
    assert forms(await desk.get(TAB)) == []


NEXT = [
    ({"decision": "requested", "actions": ["approve", "reject", "cancel"]}, "approve-1"),
    ({"dispatch": "none", "replacement": None, "actions": ["cancel", "reserve", "out_of_stock"]}, "reserve-1"),
    ({"dispatch": "none", "shipments": [], "may_ship": True, "actions": ["cancel", "reserve"]}, "parcel-1"),
    ({"shipments": [parcel(state="prepared", actions=["shipped", "delivered", "lost"])], "actions": ["cancel"]},
     f"leave-{PARCEL}"),
    ({"actions": ["send_label", "receive", "settle"], "return": back("expected")}, "send_label-1"),
    ({"actions": ["send_label", "receive", "settle"], "return": back("label_sent")}, "receive-1"),
    ({"actions": ["inspect", "reverse", "claim"], "return": back("received")}, "inspect-1"),
    ({"actions": ["close", "reverse", "claim"], "return": back("inspected")}, "close-1"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), NEXT, ids=[expected for _, expected in NEXT])
async def test_sqp_has_one_clear_next_step_and_the_others_folded(
    desk: Any, changes: dict[str, Any], expected: str
) -> None:
    desk.log_in("sqp")
    desk.holds(line(**changes), may_ship=True)
    page = await desk.get(TAB)
    open_forms = forms(re.sub(r"<details class=\"act\">.*?</form>\s*</details>", "", page, flags=re.DOTALL))
    assert open_forms == [expected]


async def test_sqp_withdraws_a_parcel_that_has_not_left_and_reads_who_is_told(desk: Any) -> None:
    prepared = parcel(state="prepared", actions=["shipped", "delivered", "lost"], may_recall=True)
    desk.log_in("sqp")
    desk.holds(line(shipments=[prepared]))
    page = await desk.get(TAB)
    assert {f"recall-{PARCEL}", f"news-{PARCEL}"} <= set(forms(page))
    assert "comme s’il n’avait jamais existé. Le revendeur et le client n’en sont pas avertis." in page
    await desk.post(f"/incidents/{NUMBER}/colis/{PARCEL}", form=f"recall-{PARCEL}", state="recalled", note="Doublon")
    [(path, _, body)] = desk.sent
    assert (path, body) == (f"/shipments/{PARCEL}/news", {"state": "recalled", "note": "Doublon"})
    desk.holds(line(shipments=[parcel(state="shipped", actions=["delivered"])]))
    assert f"recall-{PARCEL}" not in forms(await desk.get(TAB))


async def test_what_sqp_alone_may_see_looks_different(desk: Any) -> None:
    desk.log_in("sqp")
    told = [fact("approved", "Accordé."), fact("claim_opened", "Dossier ouvert.", AGENT, "Devis")]
    claim = {"state": "opened", "label": "Dossier ouvert", "maker_number": "RMA-77", "due_on": "2026-06-30"}
    desk.holds(line(timeline=told, claim=claim, claim_next=["sent"], actions=["claim"]))
    page = await desk.get(TAB)
    assert page.count('<li class="sqp-only">') == 1
    assert page.count('class="sqp-mark"') == 2
    offered = re.findall(r'<select id="claim-1-state".*?</select>', page, re.DOTALL)[0]
    assert re.findall('value="([^"]*)"', offered) == ["sent"]


@pytest.mark.parametrize(
    ("kind", "direction", "warns"),
    [("sqp", "outbound", True), ("reseller", "outbound", False), ("client", "return", True), ("sqp", "return", True)],
)
async def test_a_doubtful_tracking_number_warns_whoever_may_have_typed_it(
    desk: Any, kind: str, direction: str, warns: bool
) -> None:
    desk.log_in(kind)
    desk.holds(line(shipments=[parcel(doubtful_number=True, direction=direction)]))
    assert ("vérifiez-le" in await desk.get(TAB)) == warns
