"""What is told of returns and of addresses before an incident is declared."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.incidents import Address, OfferedAddress
from api.incidents.overdue import AdvanceTerms, OverdueReturns


@pytest.mark.parametrize(
    ("count", "words"), [(None, ""), (0, "accordé."), (1, "1 retour à SQP est en retard."), (3, "3 retours à SQP")]
)
async def test_overdue_returns_and_what_follows_are_told_before_declaring(
    browser: httpx.AsyncClient, services: Any, count: int | None, words: str
) -> None:
    """A client reads what stands against its exchange though it does not see the return: another's."""
    sentence = "Aucun échange n’est accordé."
    services.returns = None if count is None else OverdueReturns(count=count, sentence=sentence)
    page = (await browser.get("/contrats/29962/declarer")).text.replace("\u00a0", " ")
    assert words in page
    assert (sentence in page) is (count is not None)
    assert ('href="/echanges?stage=overdue"' in page, "en retard." in page) == (bool(count), bool(count))


def offered(warning: str, *, primary: bool) -> OfferedAddress:
    address = Address(
        label="", street="BP 12", complement="", postal_code="69003", city="Lyon", country="FR", email="", phone=""
    )
    owner = {"id": uuid4(), "organisation_id": uuid4(), "label": "Client - Siège"}
    return OfferedAddress(**owner, primary=primary, address=address, warning=warning)


async def test_what_a_return_asks_for_stands_beside_the_button_that_declares(
    browser: httpx.AsyncClient, services: Any
) -> None:
    assert "return-terms" not in (await browser.get("/contrats/29962/declarer")).text
    services.advance = AdvanceTerms(returns="À renvoyer sous 10 jours.", addresses="Ni BP ni CEDEX.")
    page = (await browser.get("/contrats/29962/declarer")).text
    assert "À renvoyer sous 10 jours." in page[page.index('id="send"') :]
    assert "Ni BP ni CEDEX." in page[page.index('class="new-address"') :]


async def test_the_warning_of_the_chosen_address_alone_is_shown(browser: httpx.AsyncClient, services: Any) -> None:
    services.addresses = [
        offered("Pas de BP.", primary=True),
        offered("", primary=False),
        offered("Ni ici.", primary=False),
    ]
    page = (await browser.get("/contrats/29962/declarer")).text
    shown = {
        match[1]: "hidden" not in match[0] for match in re.finditer(r'<div[^>]*data-of-address="([^"]*)"[^>]*>', page)
    }
    first, _, last = services.addresses
    assert shown == {str(first.id): True, str(last.id): False}
