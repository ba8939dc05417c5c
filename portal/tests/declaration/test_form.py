"""A declaration while services are away or refuse it: what was typed comes back, and the next try has the same key."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.incidents import IncidentRow
from portal.api_client import ApiRefused

Declare = Callable[..., Awaitable[httpx.Response]]
Stands = Callable[[str], None]

NEW_ADDRESS = {
    "address": "new",
    "street": "1 rue A",
    "city": "B",
    "postal_code": "69001",
    "email": "a@b.fr",
    "phone": "0123456789",
}
OPEN = IncidentRow(
    number="26112499",
    title="Disque bruyant",
    contract_number="29962",
    product_reference="TS-131K-1TIW",
    serial_number="A1",
    serial_numbers=["A1"],
    reseller="R",
    client=None,
    client_id=None,
    status="new",
    status_label="Déclaré",
    declared_at=datetime(2026, 11, 24, tzinfo=UTC),
)


@pytest.mark.parametrize("away", [{"incidents"}, {"incidents", "contracts"}, {"incidents", "incident-drafts"}])
async def test_a_service_that_is_away_loses_nothing(
    declare: Declare, filled: dict[str, Any], everything_stands: Stands, services: Any, away: set[str]
) -> None:
    services.away = away | {"delivery-addresses"} if "contracts" not in away else away
    answer = await declare()
    assert answer.status_code == 503
    assert "Rien n’est perdu" in answer.text
    everything_stands(answer.text)
    if "contracts" in away:
        assert 'value="B2" checked' in answer.text
    services.away = set()
    assert (await declare()).headers["location"] == "/incidents/26112401"
    keys = {headers["Idempotency-Key"] for _, headers in services.sent("POST", "/incidents")}
    assert keys == {filled["key"]}


@pytest.mark.parametrize("key", ["k" * 256, "k" * 60_000, "clé", "a\x7fb"])
async def test_a_key_that_no_form_carried_is_none(declare: Declare, services: Any, key: str) -> None:
    assert (await declare(key=key)).headers["location"] == "/incidents/26112401"
    [(_, headers)] = services.sent("POST", "/incidents")
    assert "Idempotency-Key" not in headers


async def test_a_failed_send_is_kept_as_the_draft_too(declare: Declare, services: Any) -> None:
    services.away = {"incidents"}
    await declare()
    [(body, _)] = services.sent("PUT", "/incident-drafts/")
    assert body["contract_number"] == "29962"
    assert body["content"]["description"] == "Ligne 1\nLigne 2"
    assert body["content"]["serial_numbers"] == ["A1", "B2"]


async def test_a_refusal_stands_at_its_field(declare: Declare, services: Any) -> None:
    errors = [{"field": "delivery_address.address.email", "message": "Ce format n’est pas valable.", "type": "x"}]
    services.refusal = ApiRefused(422, {"title": "…", "code": "malformed_input", "errors": errors})
    answer = await declare(**NEW_ADDRESS)
    assert answer.status_code == 422
    assert 'id="email-wrong"' in answer.text
    assert 'href="#email"' in answer.text
    services.refusal = ApiRefused(409, {"title": "Numéro inconnu.", "code": "unknown_serial"})
    answer = await declare()
    assert '<a href="#serial_numbers">Numéro inconnu.</a>' in answer.text


@pytest.mark.parametrize("field", ["title", "description", "city"])
@pytest.mark.parametrize("typed", ["", " \t", "\u200b\u3164", "\u2800", "\u00ad\ufeff", "\u202e \u2066"])
async def test_a_field_in_which_nothing_is_seen_is_to_be_filled_in(
    declare: Declare, services: Any, field: str, typed: str
) -> None:
    answer = await declare(**{**NEW_ADDRESS, field: typed})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert "à renseigner" in answer.text
    assert services.sent("POST", "/incidents") == []


async def test_a_form_that_was_registered_already_says_so_and_may_declare_another(
    declare: Declare, filled: dict[str, Any], services: Any
) -> None:
    services.refusal = ApiRefused(422, {"title": "…", "code": "idempotency_key_reused"})
    answer = await declare()
    assert answer.status_code == 409
    assert "est déjà enregistrée" in answer.text
    assert str(filled["key"]) not in answer.text


async def test_a_declaration_sent_again_leads_to_the_incident_that_exists(declare: Declare, services: Any) -> None:
    services.refusal = ApiRefused(409, {"title": "…", "code": "declared_already", "number": "26112499"})
    answer = await declare()
    assert (answer.status_code, answer.headers["location"]) == (303, "/incidents/26112499")


async def test_an_incident_that_is_open_on_the_product_is_shown_before_declaring(
    declare: Declare, services: Any
) -> None:
    services.open_incidents = [OPEN]
    services.refusal = ApiRefused(409, {"title": "Numéro inconnu.", "code": "unknown_serial"})
    answer = await declare()
    assert "Un incident est déjà ouvert sur ce matériel" in answer.text
    assert 'href="/incidents/26112499"' in answer.text


@pytest.mark.parametrize(("typed", "is_kept"), [({}, False), ({"country": "FR"}, False), ({"title": "Panne"}, True)])
async def test_an_empty_form_is_no_draft(declare: Declare, services: Any, typed: dict[str, str], is_kept: bool) -> None:
    blank = dict.fromkeys(
        (
            "title",
            "nature",
            "description",
            "complement",
            "label",
            "street",
            "city",
            "postal_code",
            "email",
            "phone",
        ),
        "",
    )
    answer = await declare(**{**blank, **typed})
    assert answer.status_code == 422
    assert bool(services.sent("PUT", "/incident-drafts")) is is_kept


async def test_an_address_that_cannot_be_saved_does_not_undo_the_declaration(declare: Declare, services: Any) -> None:
    services.away = {"addresses"}
    answer = await declare(**NEW_ADDRESS, save_address="on")
    assert answer.status_code == 303
    assert "pas%20pu%20%C3%AAtre%20ajout" in answer.headers["set-cookie"]


async def test_no_more_files_are_looked_up_than_a_form_may_name(declare: Declare, services: Any) -> None:
    services.away = {"files"}
    await declare(file_ids=[str(uuid4()) for _ in range(380)], title="")
    assert len(services.sent("GET", "/files/")) == 20


@pytest.mark.parametrize(("changes", "status"), [({"description": "a" * 70_000}, 422), ({}, 303)])
async def test_a_draft_that_is_refused_says_why(declare: Declare, changes: dict[str, str], status: int) -> None:
    answer = await declare(keep="1", **changes)
    assert answer.status_code == status
    assert ("ne répond pas" in answer.text) is False


@pytest.mark.parametrize(
    "changes", [{"lost_file": "é" * 1500}, {"lost_file": ["日" * 1500] * 8}, {"lost_file": "a" * 100_000}]
)
async def test_a_sentence_is_no_longer_than_a_cookie_holds(declare: Declare, changes: dict[str, Any]) -> None:
    answer = await declare(keep="1", **changes)
    assert answer.status_code == 303
    assert max(len(value) for value in answer.headers.get_list("set-cookie")) < 4096


@pytest.mark.parametrize(("concerned", "replaced_by"), [(["B2"], []), (["GONE"], ["GONE", "B2"])])
async def test_what_follows_an_incident_names_it_and_its_product_or_what_replaced_it(
    browser: httpx.AsyncClient, services: Any, concerned: list[str], replaced_by: list[str]
) -> None:
    services.open_incidents = [OPEN.model_copy(update={"serial_numbers": concerned, "exchange_serials": replaced_by})]
    page = (await browser.get("/contrats/29962/declarer?suite=26112499")).text
    assert 'name="linked_to" value="26112499"' in page
    assert re.findall(r'name="serial_numbers" value="(\w+)" checked', page) == ["B2"]


async def test_what_one_does_not_see_is_not_followed(browser: httpx.AsyncClient, services: Any) -> None:
    page = (await browser.get("/contrats/29962/declarer?suite=26112499")).text
    assert "fait suite" not in page
    assert 'name="linked_to" value=""' in page
