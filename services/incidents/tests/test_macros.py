"""Macros: a text, a step of the exchange and a state at once, shown before they are done; all of it or nothing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from services.incidents.tests.agents import SQP_BASIC
from services.incidents.tests.macros import GRANTS, REFUSES, WAITS, made

from devkit.harness import CLIENT, RESELLER, SQP, back_office


async def preview(desk: Any, number: str, macro: str, **more: str) -> httpx.Response:
    answer: httpx.Response = await desk.as_(SQP).get(f"/incidents/{number}/canned-answers/{macro}/preview", params=more)
    assert answer.status_code == 200, answer.text
    return answer


async def apply(
    desk: Any, number: str, macro: str, tag: str | None = None, by: Any = SQP, key: str = "", **body: Any
) -> httpx.Response:
    seen = tag or (await preview(desk, number, macro)).headers["etag"]
    headers = {"If-Match": seen, **({"Idempotency-Key": key} if key else {})}
    http = desk.as_(by, **headers)
    answer: httpx.Response = await http.post(f"/incidents/{number}/canned-answers/{macro}/apply", json=body)
    return answer


def sentences(shown: dict[str, Any]) -> list[str]:
    """With the spaces that one types."""
    return [part["sentence"].replace("\u00a0", " ") for part in shown["parts"]]


async def said(desk: Any, number: str) -> list[str]:
    answer = await desk.as_(SQP).get(f"/incidents/{number}/messages?thread=sqp&sort=at")
    return [each["body"] for each in answer.json()["items"]]


async def history(desk: Any, number: str) -> list[tuple[str, str | None]]:
    lines = (await desk.as_(SQP).get(f"/incidents/{number}/history")).json()["items"]
    return [(line["to"], line["reason"]) for line in lines[1:]]


async def used(desk: Any, macro: str) -> int:
    return int((await desk.as_(SQP).get(f"/canned-answers/{macro}")).json()["used_count"])


async def nothing_happened(desk: Any, number: str, macro: str, before: dict[str, Any]) -> bool:
    now = await desk.incident(number)
    lines = (await desk.as_(SQP).get(f"/incidents/{number}/exchanges")).json()["items"]
    same = (now["version"], now["status"]) == (before["version"], before["status"])
    return same and await said(desk, number) == [] and lines == [] and await used(desk, macro) == 0


async def test_it_writes_moves_and_counts_at_once(open_desk: Any) -> None:
    number = await open_desk.declare()
    macro = await made(open_desk, **WAITS)
    applied = await apply(open_desk, number, macro)
    assert (applied.status_code, applied.json()["status"]) == (200, "pending"), applied.text
    assert await said(open_desk, number) == ["Bonjour Revendeur Test, des photos de Q207B17555 ?"]
    # A new incident is diagnosed first, as by hand.
    assert await history(open_desk, number) == [("in_diagnosis", None), ("pending", "waiting_reseller")]
    assert (await open_desk.incident(number))["status"] == "pending"
    assert applied.headers["etag"] == f'"{(await open_desk.incident(number))["version"]}"'
    assert await used(open_desk, macro) == 1


async def test_the_preview_says_in_sentences_what_will_happen_and_changes_nothing(open_desk: Any) -> None:
    number = await open_desk.declare()
    macro = await made(open_desk, body_en="Dear {revendeur.nom}", **WAITS)
    before = await open_desk.incident(number)
    shown = (await preview(open_desk, number, macro)).json()
    assert [(part["part"], part["refusal"]) for part in shown["parts"]] == [("message", ""), ("status", "")]
    assert sentences(shown) == [
        "Ce message part à Revendeur Test.",
        "L’incident passe de l’état « Déclaré » à « Diagnostic en cours », puis à « En attente » "
        "(En attente du revendeur).",
    ]
    assert (await preview(open_desk, number, macro, language="en")).json()["text"]["body"] == "Dear Revendeur Test"
    assert await nothing_happened(open_desk, number, macro, before)


async def test_an_exchange_is_asked_for_and_granted_where_nobody_has_asked(open_desk: Any) -> None:
    number = await open_desk.declare()
    macro = await made(open_desk, **GRANTS)
    assert sentences((await preview(open_desk, number, macro)).json())[1] == (
        "L’échange du n° de série Q207B17555 est accordé (Échange avancé) : l’incident passe à l’état "
        "« Échange en cours »."
    )
    assert (await apply(open_desk, number, macro)).status_code == 200
    line = await open_desk.line(number)
    assert (line["decision"], line["type"], line["serial_number"]) == ("approved", "advance_exchange", "Q207B17555")
    assert (await open_desk.incident(number))["status"] == "exchange"


async def test_the_exchange_that_was_asked_for_is_granted(open_desk: Any) -> None:
    number = await open_desk.declare()
    await open_desk.exchange(number, by=RESELLER, type="standard_exchange")
    macro = await made(open_desk, **GRANTS)
    assert (await apply(open_desk, number, macro)).status_code == 200
    line = await open_desk.line(number)
    assert (line["decision"], line["type"]) == ("approved", "advance_exchange")


async def test_of_several_products_it_does_not_choose(open_desk: Any) -> None:
    number = await open_desk.declare(serial_numbers=["Q207B17555", "Z9CBPM5M"])
    macro = await made(open_desk, **GRANTS)
    before = await open_desk.incident(number)
    part = (await preview(open_desk, number, macro)).json()["parts"][1]
    assert (part["part"], "Plusieurs" in part["refusal"]) == ("exchange", True)
    refused = await apply(open_desk, number, macro)
    assert (refused.status_code, refused.json()["code"]) == (409, "macro_refused")
    assert (refused.json()["part"], refused.json()["reason"]) == ("exchange", "several_exchanges")
    assert await nothing_happened(open_desk, number, macro, before)


async def test_what_is_refused_only_when_it_is_done_undoes_the_rest_too(open_desk: Any) -> None:
    """An exchange of the product is under way in another incident: the preview of this one does not know."""
    elsewhere = await open_desk.declare()
    await open_desk.exchange(elsewhere)
    number = await open_desk.declare()
    macro = await made(open_desk, **GRANTS)
    before = await open_desk.incident(number)
    refused = await apply(open_desk, number, macro)
    assert (refused.status_code, refused.json()["reason"]) == (409, "exchange_under_way")
    assert "n’a rien fait" in refused.json()["title"]
    assert elsewhere in refused.json()["title"]
    assert await nothing_happened(open_desk, number, macro, before)


async def test_a_missing_name_applies_nothing_and_is_named(open_desk: Any) -> None:
    await open_desk.register(version=2, client=None)
    number = await open_desk.declare()
    for fields in ({"body_fr": "Pour {client.nom}", **WAITS}, {**WAITS, "note_fr": "Pour {client.nom}"}):
        macro = await made(open_desk, **fields)
        before = await open_desk.incident(number)
        refusals = [part["refusal"] for part in (await preview(open_desk, number, macro)).json()["parts"]]
        assert any("{client.nom}" in each for each in refusals)
        refused = await apply(open_desk, number, macro)
        assert (refused.status_code, refused.json()["reason"]) == (409, "nothing_known")
        assert "{client.nom}" in refused.json()["title"]
        assert await nothing_happened(open_desk, number, macro, before)


async def test_a_state_that_does_not_follow_is_refused(open_desk: Any) -> None:
    number = await open_desk.declare()
    await open_desk.move(number, "in_diagnosis", "resolved")
    macro = await made(open_desk, to_status="rejected", note_fr="Hors couverture.")
    assert "Résolu" in (await preview(open_desk, number, macro)).json()["parts"][1]["refusal"]
    refused = await apply(open_desk, number, macro)
    assert (refused.status_code, refused.json()["part"]) == (409, "status")
    assert refused.json()["reason"] == "illegal_transition"
    assert await said(open_desk, number) == []


async def test_a_refusal_carries_its_note_filled(open_desk: Any) -> None:
    number = await open_desk.declare()
    macro = await made(open_desk, **REFUSES)
    assert (await apply(open_desk, number, macro)).status_code == 200
    last = (await open_desk.as_(CLIENT).get(f"/incidents/{number}/history")).json()["items"][-1]
    assert (last["to"], last["note"]) == ("rejected", "La garantie de Client Test est passée.")


async def test_where_the_state_is_reached_already_it_stays(open_desk: Any) -> None:
    number = await open_desk.declare()
    await open_desk.move(number, "in_diagnosis")
    await open_desk.move(number, "pending", reason="waiting_reseller")
    macro = await made(open_desk, **WAITS)
    moves = await history(open_desk, number)
    assert "reste" in (await preview(open_desk, number, macro)).json()["parts"][1]["sentence"]
    assert (await apply(open_desk, number, macro)).status_code == 200
    assert await history(open_desk, number) == moves
    assert len(await said(open_desk, number)) == 1


async def test_what_was_shown_is_what_is_done(open_desk: Any) -> None:
    number = await open_desk.declare()
    macro = await made(open_desk, **WAITS)
    tag = (await preview(open_desk, number, macro)).headers["etag"]
    path = f"/incidents/{number}/canned-answers/{macro}/apply"
    assert (await open_desk.as_(SQP).post(path, json={})).status_code == 428
    edits = open_desk.as_(SQP, **{"If-Match": '"1"'})
    assert (await edits.patch(f"/canned-answers/{macro}", json={"body_fr": "Autre"})).status_code == 204
    assert (await apply(open_desk, number, macro, tag)).status_code == 412
    tag = (await preview(open_desk, number, macro)).headers["etag"]
    await open_desk.move(number, "in_diagnosis")
    assert (await apply(open_desk, number, macro, tag)).status_code == 412
    assert await said(open_desk, number) == []


async def test_a_message_that_came_since_stops_it_and_says_whose(open_desk: Any) -> None:
    number = await open_desk.declare()
    macro = await made(open_desk, **WAITS)
    tag = (await preview(open_desk, number, macro)).headers["etag"]
    await open_desk.post(number, "sqp", RESELLER, "Voici les photos")
    stopped = await apply(open_desk, number, macro, tag)
    assert (stopped.status_code, stopped.json()["code"]) == (412, "thread_moved")
    assert stopped.json()["writers"] == [RESELLER.name]
    assert (await apply(open_desk, number, macro)).status_code == 200


async def test_a_message_of_ones_own_under_way_is_neither_sent_nor_lost(open_desk: Any) -> None:
    number = await open_desk.declare()
    macro = await made(open_desk, **WAITS)
    before = await open_desk.incident(number)
    place = f"/incidents/{number}/draft?thread=sqp"
    await open_desk.as_(SQP).put(place, json={"content": {"body": "Je vérifie"}})
    assert "en cours" in (await preview(open_desk, number, macro)).json()["parts"][0]["refusal"]
    refused = await apply(open_desk, number, macro)
    assert (refused.status_code, refused.json()["reason"]) == (409, "message_under_way")
    assert await nothing_happened(open_desk, number, macro, before)
    assert (await open_desk.as_(SQP).get(place)).json()["content"] == {"body": "Je vérifie"}
    assert (await open_desk.as_(SQP).delete(place)).status_code == 204
    assert (await apply(open_desk, number, macro)).status_code == 200


async def test_a_repeat_of_the_same_request_does_it_once(open_desk: Any) -> None:
    number = await open_desk.declare()
    macro = await made(open_desk, **WAITS)
    tag = (await preview(open_desk, number, macro)).headers["etag"]
    answers = [await apply(open_desk, number, macro, tag, key="macro-once-1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(await said(open_desk, number)) == 1


async def test_the_other_language_is_written_where_there_is_one(open_desk: Any) -> None:
    number = await open_desk.declare()
    macro = await made(open_desk, body_en="Dear {revendeur.nom}", **WAITS, note_fr="Photos ?", note_en="Photos, please")
    tag = (await preview(open_desk, number, macro, language="en")).headers["etag"]
    assert (await apply(open_desk, number, macro, tag)).status_code == 412
    assert (await apply(open_desk, number, macro, tag, language="en")).status_code == 200
    assert await said(open_desk, number) == ["Dear Revendeur Test"]


async def test_what_only_writes_is_no_macro(open_desk: Any) -> None:
    number = await open_desk.declare()
    answer = await made(open_desk)
    path = f"/incidents/{number}/canned-answers/{answer}"
    assert (await open_desk.as_(SQP).get(f"{path}/preview")).json()["code"] == "not_a_macro"
    macro = await made(open_desk, **WAITS, **GRANTS)
    offered = (await open_desk.as_(SQP).get(f"/incidents/{number}/canned-answers")).json()["items"]
    does = {each["id"]: each["does"] for each in offered}
    assert does[answer] == []
    assert does[macro] == ["Accorder l’échange (Échange avancé)", "En attente (En attente du revendeur)"]


@pytest.mark.parametrize("by", [RESELLER, CLIENT, SQP_BASIC, back_office("incidents:read", "exchanges:write")])
async def test_nobody_else_applies_one(open_desk: Any, by: Any) -> None:
    number = await open_desk.declare()
    macro = await made(open_desk, **WAITS)
    before = await open_desk.incident(number)
    tag = (await preview(open_desk, number, macro)).headers["etag"]
    assert (await apply(open_desk, number, macro, tag, by=by)).status_code == 403
    assert await nothing_happened(open_desk, number, macro, before)
