"""Canned answers: who makes them, for which incidents they are offered, what stands in the place of their names, and
that no name left over reaches a reseller."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import pytest

from devkit.harness import CLIENT, CLIENT_BASIC, RESELLER, RESELLER_BASIC, SQP, back_office, person
from incidents.canned import names
from web.clock import PARIS

SQP_BASIC = person("sqp", "SQP", "basic")
OUTSIDERS = (RESELLER, RESELLER_BASIC, CLIENT, CLIENT_BASIC, back_office("incidents:read", "exchanges:write"))
TEXT = "Bonjour {revendeur.nom}, pour {client.nom|votre client} : incident {incident.numero}."


async def create(desk: Any, by: Any = SQP, **changes: Any) -> httpx.Response:
    body = {"title": "Demander des photos", "body_fr": TEXT, **changes}
    answer: httpx.Response = await desk.as_(by).post("/canned-answers", json=body)
    return answer


async def made(desk: Any, **changes: Any) -> str:
    answer = await create(desk, **changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def offered(desk: Any, number: str) -> list[dict[str, Any]]:
    answer = await desk.as_(SQP).get(f"/incidents/{number}/canned-answers")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def french(desk: Any, number: str, body: str) -> dict[str, Any]:
    await made(desk, body_fr=body)
    text: dict[str, Any] = (await offered(desk, number))[0]["texts"][0]
    return text


async def test_sqps_administrators_make_change_and_remove_them(desk: Any) -> None:
    answer = await create(desk, body_en="Hello {revendeur.nom}", natures=["damaged", "damaged"], statuses=["new"])
    identifier = answer.json()["id"]
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert answer.headers["location"].endswith(f"/canned-answers/{identifier}")
    read = await desk.as_(SQP).get(f"/canned-answers/{identifier}")
    assert read.json() == answer.json()
    assert (read.json()["natures"], read.json()["changed_by_name"]) == (["damaged"], SQP.name)

    first = desk.as_(SQP, **{"If-Match": '"1"'})
    path = f"/canned-answers/{identifier}"
    assert (await first.patch(path, json={"title": "Demander photos", "natures": []})).headers["etag"] == '"2"'
    assert (await first.patch(path, json={"title": "Autre"})).status_code == 412
    assert (await first.delete(path)).status_code == 412
    assert (await desk.as_(SQP).delete(path)).status_code == 428
    second = desk.as_(SQP, **{"If-Match": '"2"'})
    same = await second.patch(path, json={"title": "Demander photos"})
    assert same.headers["etag"] == '"2"'
    assert (await second.delete(path)).status_code == 204
    assert (await desk.as_(SQP).get(path)).json()["code"] == "canned_answer_not_found"
    trail = (await desk.as_(SQP).get("/audit/incidents")).json()["items"]
    done = [each for each in trail if each["action"] != "request.refuse"]
    assert [(each["action"], each["details"]["about"]) for each in done] == [
        ("delete_canned_answer", "Demander photos"),
        ("change_canned_answer", "Demander photos"),
        ("create_canned_answer", "Demander des photos"),
    ]


@pytest.mark.parametrize("by", OUTSIDERS, ids=lambda who: f"{who.organisation_kind}-{who.role}")
async def test_nobody_outside_sqp_learns_of_them(open_desk: Any, by: Any) -> None:
    number = await open_desk.declare()
    identifier = await made(open_desk)
    http = open_desk.as_(by, **{"If-Match": '"1"'})
    path = f"/canned-answers/{identifier}"
    answers = [
        await http.get("/canned-answers"),
        await create(open_desk, by),
        await http.get(path),
        await http.patch(path, json={"title": "Autre"}),
        await http.delete(path),
        await http.post(f"{path}/uses", json={"number": number}),
        await http.get(f"/incidents/{number}/canned-answers"),
    ]
    assert {answer.status_code for answer in answers} <= {403, 404}
    assert not any("Demander" in answer.text or "revendeur" in answer.text for answer in answers)


async def test_who_only_reads_at_sqp_reads_them(desk: Any) -> None:
    identifier = await made(desk)
    basic = desk.as_(SQP_BASIC, **{"If-Match": '"1"'})
    assert [each["id"] for each in (await basic.get("/canned-answers")).json()["items"]] == [identifier]
    assert (await create(desk, SQP_BASIC, title="Autre")).status_code == 403
    assert (await basic.patch(f"/canned-answers/{identifier}", json={"title": "Autre"})).status_code == 403
    assert (await basic.delete(f"/canned-answers/{identifier}")).status_code == 403


async def test_a_title_is_given_once_whatever_its_accents(desk: Any) -> None:
    await made(desk, title="Refusé")
    other = await made(desk, title="Autre")
    refused = await create(desk, title="REFUSE")
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (409, "title_taken", "title")
    http = desk.as_(SQP, **{"If-Match": '"1"'})
    assert (await http.patch(f"/canned-answers/{other}", json={"title": "refuse"})).json()["code"] == "title_taken"
    assert (await http.patch(f"/canned-answers/{other}", json={"title": "AUTRE"})).status_code == 204


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("{" + "x" * 99 + "}", "{" + "x" * 99 + "}"),
        ("{client.nom|{incident.numero}}", "{client.nom|"),
        ("{Client.Nom | {incident.numero} ou {x", "{Client.Nom |"),
        ("{client.nom|" + "x" * 300 + "}", ""),
        ("Un dé { et {incident.numero}, }", ""),
    ],
)
def test_a_name_is_found_whatever_its_length_and_whatever_stands_in_it(body: str, wrong: str) -> None:
    assert names.unknown(body) == wrong


@pytest.mark.parametrize("field", ["body_fr", "body_en"])
async def test_a_text_names_nothing_that_is_not_on_the_list(desk: Any, field: str) -> None:
    refused = await create(desk, **{field: "Bonjour {client.prenom|vous}"})
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (409, "unknown_name", field)
    assert "{client.prenom|vous}" in refused.json()["title"]


async def test_an_answer_is_offered_for_its_natures_and_states_in_both_languages(open_desk: Any) -> None:
    number = await open_desk.declare()  # defective, new
    await made(open_desk, title="Tous", body_en="Dear {revendeur.nom}")
    await made(open_desk, title="Neuf", natures=["defective"], statuses=["new", "pending"])
    await made(open_desk, title="Abîmé", natures=["damaged"])
    await made(open_desk, title="Résolu", statuses=["resolved"])
    found = await offered(open_desk, number)
    assert [each["title"] for each in found] == ["Neuf", "Tous"]
    assert [[text["language"] for text in each["texts"]] for each in found] == [["fr"], ["fr", "en"]]
    seller = (await open_desk.incident(number))["reseller"]["name"]
    assert found[1]["texts"][1]["body"] == f"Dear {seller}"


async def test_what_is_used_most_comes_first_and_a_use_makes_no_version(open_desk: Any) -> None:
    number = await open_desk.declare()
    await made(open_desk, title="A")
    often = await made(open_desk, title="B")
    for _ in range(2):
        used = await open_desk.as_(SQP).post(f"/canned-answers/{often}/uses", json={"number": number})
        assert used.status_code == 204
    assert [each["title"] for each in await offered(open_desk, number)] == ["B", "A"]
    read = (await open_desk.as_(SQP).get(f"/canned-answers/{often}")).json()
    assert (read["used_count"], read["version"]) == (2, 1)
    gone = "/canned-answers/00000000-0000-0000-0000-000000000000/uses"
    assert (await open_desk.as_(SQP).post(gone, json={"number": number})).status_code == 404


async def test_every_name_is_filled_from_the_incident(open_desk: Any) -> None:
    await open_desk.user(SQP)
    number = await open_desk.declare()
    incident = await open_desk.incident(number)
    everything = " / ".join(f"{{{name}}}" for name in names.NAMES)
    text = await french(open_desk, number, everything)
    product = incident["articles"][0]
    told = dict(zip(names.NAMES, text["body"].split(" / "), strict=True))
    del told["promesse.jour"]  # a test of its own says when
    assert told == {
        "revendeur.nom": incident["reseller"]["name"],
        "client.nom": incident["client"]["name"],
        "incident.numero": number,
        "contrat.numero": "29962",
        "produit.reference": product["product_reference"],
        "produit.serie": product["serial_number"],
        "agent.prenom": "Prénom",
        "agent.nom": SQP.name,
    }


async def test_the_promised_day_is_told_while_the_promise_runs(open_desk: Any, at: Any) -> None:
    at(datetime(2026, 5, 19, 10, tzinfo=PARIS))
    await open_desk.register(version=2, service_level="Envoi express J+1, appel avant 16H")
    number = await open_desk.declare()
    await made(open_desk, body_fr="Envoi {promesse.jour}", body_en="Sent {promesse.jour}")
    bodies = [text["body"] for text in (await offered(open_desk, number))[0]["texts"]]
    assert bodies == ["Envoi mercredi 20 mai", "Sent Wednesday 20 May"]
    at(datetime(2026, 5, 21, 10, tzinfo=PARIS))
    assert (await offered(open_desk, number))[0]["texts"][0]["missing"] == ["promesse.jour"]


@pytest.mark.parametrize(
    ("body", "filled", "missing"),
    [
        ("{client.nom}", "{client.nom}", ["client.nom"]),
        ("Cher {client.nom|client}", "Cher client", []),
        ("Bonjour{client.nom|}.", "Bonjour.", []),
        ("{ Client.Nom }", "{client.nom}", ["client.nom"]),
        ("{incident.numéro}", "20122301", []),
        ("{revendeur.nom} et {x}", "SARL {client.nom} et {x}", []),
    ],
)
def test_filling_once_by_fixed_names(body: str, filled: str, missing: list[str]) -> None:
    """What is filled in is not read again: no name of a reseller makes a text of ours say more."""
    text = names.fill(body, {"incident.numero": "20122301", "revendeur.nom": "SARL {client.nom}"}, "fr")
    assert (text.body, text.missing) == (filled, missing)


@pytest.mark.parametrize(
    "left", ["{client.nom}", "{Client.Nom|cher client}", "{ incident.numéro }", "{client.nom|" + "x" * 300 + "}"]
)
async def test_a_message_of_sqp_with_a_name_left_over_is_refused_and_says_which(open_desk: Any, left: str) -> None:
    number = await open_desk.declare()
    refused = await open_desk.post(number, "sqp", SQP, f"Bonjour {left}, merci.")
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (409, "unfilled_name", "body")
    assert "{client.nom}" in refused.json()["title"] or "{incident.numero}" in refused.json()["title"]
    said = await open_desk.as_(SQP).get(f"/incidents/{number}/messages?thread=sqp")
    assert said.json()["items"] == []


async def test_nobody_else_and_nothing_else_in_braces_is_bothered(open_desk: Any) -> None:
    number = await open_desk.declare()
    for thread, by, body in (
        ("sqp", RESELLER, "Votre modèle dit {client.nom}"),
        ("client", CLIENT, "{client.nom}"),
        ("sqp", SQP, 'Collez {"raid": 1} ou {x} dans la console'),
        ("internal", SQP, "Le modèle {client.nom} est à revoir"),
    ):
        answer = await open_desk.post(number, thread, by, body)
        assert answer.status_code == 201, answer.text
