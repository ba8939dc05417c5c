"""The exchanges of an incident: what each reader sees of a line, and what its forms ask the service for."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from devkit.exchange_samples import (
    AGENT,
    AT,
    BY,
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


async def test_a_doubtful_tracking_number_warns(desk: Any) -> None:
    desk.holds(line(shipments=[parcel(doubtful_number=True)]))
    assert "vérifiez-le" in await desk.get(TAB)


async def test_a_step_goes_with_the_version_that_the_form_showed(desk: Any) -> None:
    status, place = await desk.post(
        STEPS,
        form="return_shipped-1",
        step="return_shipped",
        version="7",
        tracking_number=" 6a 0764 ",
        carrier="",
        note="",
    )
    assert (status, place) == (303, TAB)
    [(path, headers, body)] = desk.sent
    assert path == f"/incidents/{NUMBER}/exchanges/1/steps"
    assert headers["if-match"] == '"7"'
    assert body == {"step": "return_shipped", "tracking_number": "6a 0764"}


async def test_what_a_step_asks_reaches_the_service_in_its_kind(desk: Any) -> None:
    desk.log_in("sqp")
    await desk.post(STEPS, step="inspect", version="7", outcome="partial", missing="Bloc secteur\r\n\r\nRack 2 ")
    await desk.post(STEPS, step="receive", version="7", serial_number="q207", media_found="on", note="Un disque")
    assert [body for _, _, body in desk.sent] == [
        {"step": "inspect", "outcome": "partial", "missing": ["Bloc secteur", "Rack 2"]},
        {"step": "receive", "serial_number": "Q207", "media_found": True, "note": "Un disque"},
    ]


REFUSALS = [
    (409, {"code": "replacement_is_taken", "title": "Déjà réservé.", "field": "serial_number"}, "Déjà réservé."),
    (422, {"code": "malformed", "title": "Non.",
           "errors": [{"field": "reserve.serial_number", "message": "Trop long."}]}, "trop long."),
    (422, {"code": "malformed", "title": "Non.", "errors": [{"field": "reserve", "message": "Dites pourquoi."}]},
     "Dites pourquoi."),
    (412, {"code": "precondition_failed", "title": "Périmé."}, "Quelqu’un a modifié"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "problem", "sentence"), REFUSALS, ids=lambda value: str(value)[:40])
async def test_what_is_refused_stands_in_its_form_as_it_was_typed(
    desk: Any, status: int, problem: dict[str, Any], sentence: str
) -> None:
    desk.log_in("sqp")
    desk.holds(line(version=9, replacement=None, actions=["reserve", "cancel"]))
    desk.refusal = (status, problem)
    answered, page = await desk.post(
        STEPS, form="reserve-1", step="reserve", version="7", serial_number="Q333C00001", condition="reconditioned"
    )
    assert answered == status
    assert sentence in page
    assert 'value="Q333C00001"' in page
    assert '<option value="reconditioned" selected>' in page
    assert page.count('name="version" value="9"') == 2
    if "serial_number" in str(problem):
        assert 'href="#reserve-1-serial_number"' in page


async def test_what_was_typed_into_a_form_that_stands_there_no_more_is_not_lost(desk: Any) -> None:
    desk.log_in("sqp")
    desk.holds(line(actions=["close"]))
    desk.refusal = (409, {"code": "decided_already", "title": "Déjà traitée."})
    status, page = await desk.post(STEPS, form="reject-1", step="reject", version="7", note="Chute <3>")
    assert status == 409
    assert "Déjà traitée." in page
    assert "Chute &lt;3&gt;" in page


async def test_a_field_that_is_needed_is_asked_for_before_the_service_is(desk: Any) -> None:
    status, page = await desk.post(STEPS, form="more_time-1", step="more_time", version="7", reason=" ")
    assert status == 422
    assert "Motif : à renseigner." in page
    assert re.search(r'<details class="act" open>\s*<summary>Demander un délai', page)
    assert desk.sent == []


async def test_an_exchange_is_asked_for_and_by_sqp_approved_at_once(desk: Any) -> None:
    path = f"/incidents/{NUMBER}/echanges"
    asked = {"serial_number": "Z9CBPM5M", "type": "advance_exchange", "note": "", "key": "k" * 20}
    assert await desk.post(path, **asked, approve="on") == (303, TAB)
    desk.log_in("sqp")
    assert await desk.post(path, **asked, approve="on", despite_overdue="Promis") == (303, TAB)
    wanted = {"serial_number": "Z9CBPM5M", "type": "advance_exchange"}
    assert [body for _, _, body in desk.sent] == [wanted, {**wanted, "approve": True, "despite_overdue": "Promis"}]
    assert {headers["idempotency-key"] for _, headers, _ in desk.sent} == {"k" * 20}


async def test_a_parcel_for_several_lines_may_go_elsewhere(desk: Any) -> None:
    desk.log_in("sqp")
    address = {
        "street": "1 rue A", "postal_code": "69001", "city": "Lyon", "email": "a@b.fr", "phone": "0123456789",
    }  # fmt: skip
    parcel_path = f"/incidents/{NUMBER}/colis"
    assert await desk.post(parcel_path, lines=["1", "2"], carrier="dpd", shipped="on", **address) == (303, TAB)
    [(path, _, body)] = desk.sent
    assert path == f"/incidents/{NUMBER}/shipments"
    assert body["lines"] == [1, 2]
    assert (body["carrier"], body["shipped"], body["address"]["street"]) == ("dpd", True, "1 rue A")


async def test_an_address_at_which_nobody_receives_is_marked_in_its_form(desk: Any) -> None:
    desk.log_in("sqp")
    desk.holds(line(may_ship=True, shipments=[], actions=["cancel"]), may_ship=True)
    desk.refusal = (409, {"code": "undeliverable_address", "title": "Pas de CEDEX.", "field": "address.city"})
    status, page = await desk.post(f"/incidents/{NUMBER}/colis", form="parcel-1", lines="1", carrier="dpd")
    assert status == 409, said(page)
    assert re.search(r'<details class="folded" open>.*id="parcel-1-city-wrong">Pas de CEDEX.', page, re.DOTALL)


async def test_news_of_a_parcel_are_told_in_the_time_of_paris(desk: Any) -> None:
    desk.log_in("sqp")
    path = f"/incidents/{NUMBER}/colis/{PARCEL}"
    assert (await desk.post(path, state="delivered", at="2026-05-20T09:30"))[0] == 303
    [(asked, _, body)] = desk.sent
    assert (asked, body) == (f"/shipments/{PARCEL}/news", {"state": "delivered", "at": "2026-05-20T07:30:00Z"})
    status, page = await desk.post(path, form=f"news-{PARCEL}", state="delivered", at="hier")
    assert (status, "hier" in page, len(desk.sent)) == (422, True, 1)


async def test_the_data_are_stated_and_what_was_stated_is_shown(desk: Any) -> None:
    path = f"/incidents/{NUMBER}/donnees"
    answers = {"backup": "done", "disks": "kept", "order_noted": "on", "erased": "no", "encrypted": "unknown"}
    assert await desk.post(path, **answers) == (303, TAB)
    assert desk.sent[0][2] == {**answers, "order_noted": True}
    desk.holds(line(), may_state=True)
    assert "Sauvegardez vos données" in await desk.get(TAB)
    stated = {"at": AT, "by": BY, "text_version": "2026-11", "lines": ["Les données sont sauvegardées."]}
    desk.holds(line(), may_state=True, statements=[stated])
    page = await desk.get(TAB)
    assert "Sauvegardez vos données" not in page
    assert "Les données sont sauvegardées." in page
    assert "questionnaire 2026-11" in page


@pytest.mark.parametrize("path", ["echanges/0", "echanges/x", "echanges/99999", "echanges/1²", "colis/7f"])
async def test_what_the_address_names_wrongly_is_not_found(desk: Any, path: str) -> None:
    status, _ = await desk.post(f"/incidents/{NUMBER}/{path}", step="close", version="1", state="lost")
    assert (status, desk.sent) == (404, [])


async def test_without_the_service_of_exchanges_the_incident_still_shows(desk: Any, upstream: Any) -> None:
    upstream.handlers.pop(f"/api/v1/incidents/{NUMBER}/exchanges")
    assert "Cette partie ne peut pas s’afficher pour l’instant. Réessayez dans un instant." in await desk.get(TAB)
