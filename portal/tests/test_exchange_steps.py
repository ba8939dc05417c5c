"""The forms of an exchange: what they ask the service for, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest

from devkit.exchange_samples import (
    AT,
    BY,
    NUMBER,
    PARCEL,
    line,
)

TAB = f"/incidents/{NUMBER}?onglet=echange"
STEPS = f"/incidents/{NUMBER}/echanges/1"


def said(page: str) -> str:
    """The words of a page on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


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
