"""SQP declares for whoever telephones: the same form, with the question for whom."""

from __future__ import annotations

import dataclasses
import html
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.contracts import Party
from api.identity.invitations import LookedAfter
from api.incidents import Address, OfferedAddress
from portal.api_client import ApiRefused
from portal.page_request import form_token
from web.auth.principal import Principal

SQP = Principal(
    subject="s", user_id=uuid4(), organisation_id=uuid4(), organisation_kind="sqp", role="administrator", name="Ada"
)
FORM = "/contrats/29962/declarer"
NEW_ADDRESS = {
    "address": "new",
    "street": "1 rue A",
    "city": "B",
    "postal_code": "69001",
    "email": "a@b.fr",
    "phone": "0123456789",
}


def person(first_name: str, last_name: str, status: Any = "active") -> LookedAfter:
    return LookedAfter(
        id=uuid4(),
        login=f"{first_name}_login",
        email="a@b.fr",
        role="basic",
        status=status,
        first_name=first_name,
        last_name=last_name,
        phone="",
        email_undeliverable=False,
        invitation=None,
        invitation_expires_at=None,
    )


@pytest.fixture(autouse=True)
def agent(services: Any, filled: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    services.person = SQP
    monkeypatch.setitem(filled, "csrf", form_token("jeton", str(SQP.user_id)))


async def test_a_person_of_the_organisation_is_chosen(declare: Any, services: Any, browser: httpx.AsyncClient) -> None:
    services.people = [person("Paul", "Durand"), person("", "", "invited"), person("Parti", "Ailleurs", "disabled")]
    page = html.unescape((await browser.get(FORM)).text)
    assert '<optgroup label="Revendeur · R">' in page
    assert ">Paul Durand</option>" in page
    assert ">_login</option>" in page, "who has no name yet is called by the log-in"
    assert "Ailleurs" not in page
    assert 'value="client"' not in page, "the contract has no client"
    paul = services.people[0].id
    assert (await declare(caller=f"reseller:{paul}")).headers["location"] == "/incidents/26112401"
    [(sent, _)] = services.sent("POST", "/incidents")
    assert sent["on_behalf"] == {"organisation": "reseller", "caller_id": str(paul)}


async def test_a_name_is_typed_for_who_is_not_in_the_list(declare: Any, services: Any) -> None:
    await declare(caller="reseller", caller_name=" M. Durand ")
    [(sent, _)] = services.sent("POST", "/incidents")
    assert sent["on_behalf"] == {"organisation": "reseller", "caller_name": "M. Durand"}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "caller"),
        ({"caller": "sqp", "caller_name": "Ada"}, "caller"),
        ({"caller": "reseller:x", "caller_name": "Ada"}, "caller"),
        ({"caller": "reseller", "caller_name": " \u200b"}, "caller_name"),
    ],
)
async def test_for_whom_and_who_calls_are_needed(
    declare: Any, services: Any, everything_stands: Any, typed: dict[str, str], field: str
) -> None:
    answer = await declare(**typed)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    everything_stands(answer.text)
    assert services.sent("POST", "/incidents") == []


@pytest.mark.parametrize(
    ("code", "named", "field"),
    [
        ("unknown_caller", "on_behalf.caller_id", "caller"),
        ("no_client_to_declare_for", "on_behalf.organisation", "caller"),
    ],
)
async def test_a_refusal_of_the_caller_stands_at_its_field(
    declare: Any, services: Any, code: str, named: str, field: str
) -> None:
    services.refusal = ApiRefused(409, {"title": "Refusé.", "code": code, "field": named})
    answer = await declare(caller="reseller", caller_name="M. Durand")
    assert f'<a href="#{field}">Refusé.</a>' in answer.text
    assert 'value="M. Durand"' in answer.text


async def test_the_form_stands_while_the_list_of_people_does_not(declare: Any, services: Any) -> None:
    services.away = {"resellers"}
    chosen = f"reseller:{uuid4()}"
    again = await declare(caller=chosen, title="")
    assert f'<option value="{chosen}" selected>' in again.text
    assert (await declare(caller="reseller", caller_name="M. Durand")).status_code == 303


async def test_the_draft_keeps_who_calls(declare: Any, services: Any) -> None:
    await declare(caller="reseller", caller_name="M. Durand", keep="1")
    [(body, _)] = services.sent("PUT", "/incident-drafts/")
    assert (body["content"]["caller"], body["content"]["caller_name"]) == ("reseller", "M. Durand")


@pytest.mark.parametrize("kind", ["reseller", "client"])
async def test_a_new_address_is_saved_for_the_organisation_that_calls(declare: Any, services: Any, kind: str) -> None:
    client = Party(id=uuid4(), code="C", name="C", email="", phone="")
    services.contract = services.contract.model_copy(update={"client": client})
    services.away = {"clients", "addresses"}
    answer = await declare(caller=kind, caller_name="M. Durand", save_address="on", **NEW_ADDRESS)
    assert answer.status_code == 303
    [(sent, _)] = services.sent("POST", "/addresses")
    owner = client.id if kind == "client" else services.contract.reseller.id
    assert sent["organisation_id"] == str(owner)


async def test_addresses_of_the_reseller_are_marked_as_none_for_the_client(
    services: Any, browser: httpx.AsyncClient
) -> None:
    def offered(of: UUID) -> OfferedAddress:
        address = Address(
            label="A", street="1", complement="", postal_code="1", city="B", country="FR", email="", phone=""
        )
        return OfferedAddress(id=uuid4(), organisation_id=of, label="A", primary=False, address=address)

    services.addresses = [offered(uuid4()), offered(services.contract.reseller.id)]
    assert f'data-client-not="{services.addresses[1].id}"' in (await browser.get(FORM)).text


async def test_sqps_people_who_only_read_are_shown_no_form(services: Any, browser: httpx.AsyncClient) -> None:
    services.person = dataclasses.replace(SQP, role="basic")
    page = (await browser.get(FORM)).text
    assert "lecture seule" in page
    assert 'id="declaration"' not in page


async def test_who_declares_in_their_own_name_is_not_asked_for_whom(
    services: Any, declare: Any, browser: httpx.AsyncClient
) -> None:
    services.person = reseller = dataclasses.replace(SQP, organisation_kind="reseller")
    assert 'name="caller"' not in (await browser.get(FORM)).text
    token = form_token("jeton", str(reseller.user_id))
    await declare(csrf=token, caller="reseller", caller_name="X")
    [(sent, _)] = services.sent("POST", "/incidents")
    assert "on_behalf" not in sent, "the previous release of the service would refuse it"
