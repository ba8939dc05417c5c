"""A client says on declaring who of its organisation sees the incident."""

from __future__ import annotations

import dataclasses
import html
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.identity.people import User
from portal.api_client import ApiRefused
from portal.page_request import form_token
from web.auth.principal import Principal

CLIENT = Principal(
    subject="c", user_id=uuid4(), organisation_id=uuid4(), organisation_kind="client", role="administrator", name="C"
)
FORM = "/contrats/29962/declarer"


def user(first_name: str, role: Any = "basic", status: Any = "active") -> User:
    return User(
        id=uuid4(),
        login="x",
        first_name=first_name,
        last_name="",
        email="a@b.fr",
        pending_email="",
        phone="",
        role=role,
        status=status,
        language="fr",
        email_undeliverable=False,
        version=1,
    )


@pytest.fixture(autouse=True)
def client(services: Any, filled: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    services.person = CLIENT
    services.users = [user("Camille"), user("Ada", "administrator"), user("Parti", status="disabled")]
    monkeypatch.setitem(filled, "csrf", form_token("jeton", str(CLIENT.user_id)))


async def test_it_is_private_unless_its_client_says_otherwise(
    declare: Any, services: Any, browser: httpx.AsyncClient
) -> None:
    page = html.unescape((await browser.get(FORM)).text)
    assert 'name="shared_with" value="administrators" id="shared_with" checked' in page
    assert "<span>Camille</span>" in page
    assert "Ada" not in page, "administrators see it anyway"
    assert "Parti" not in page
    await declare(shared_with="administrators")
    [(sent, _)] = services.sent("POST", "/incidents")
    # The previous release of the service, which may still answer, knows no such field.
    assert sent.get("sharing") is None


@pytest.mark.parametrize("way", ["organisation", "people"])
async def test_it_is_shared_as_its_client_says(declare: Any, services: Any, way: str) -> None:
    camille = str(services.users[0].id)
    await declare(shared_with=way, readers=[camille])
    [(sent, _)] = services.sent("POST", "/incidents")
    assert sent["sharing"] == {"shared_with": way, "people": [camille] if way == "people" else []}


async def test_people_are_to_be_chosen_where_they_are_asked_for(
    declare: Any, services: Any, everything_stands: Any
) -> None:
    answer = await declare(shared_with="people")
    assert answer.status_code == 422
    page = html.unescape(answer.text)
    everything_stands(page)
    assert 'value="people" checked' in page
    assert '<a href="#readers">Choisissez au moins une personne.</a>' in page
    assert services.sent("POST", "/incidents") == []


async def test_the_choice_stands_when_the_form_comes_back(declare: Any, services: Any, everything_stands: Any) -> None:
    camille = str(services.users[0].id)
    services.refusal = ApiRefused(409, {"code": "unknown_reader", "title": "Choisissez à nouveau."})
    page = html.unescape((await declare(shared_with="people", readers=[camille])).text)
    everything_stands(page)
    assert f'name="readers" value="{camille}" checked' in page
    assert '<a href="#readers">Choisissez à nouveau.</a>' in page
    services.away.add("users")
    page = html.unescape((await declare(shared_with="people", readers=[camille])).text)
    assert f'name="readers" value="{camille}" checked><span>Personne choisie' in page


async def test_others_are_not_asked(declare: Any, services: Any, browser: httpx.AsyncClient) -> None:
    services.person = dataclasses.replace(CLIENT, organisation_kind="reseller")
    assert "shared_with" not in (await browser.get(FORM)).text
    await declare(shared_with="organisation")
    [(sent, _)] = services.sent("POST", "/incidents")
    assert sent.get("sharing") is None
