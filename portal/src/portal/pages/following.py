"""A declaration that follows an earlier incident of its contract."""

from __future__ import annotations

from dataclasses import replace

from api.contracts import Contract
from portal.api_client import ApiRefused, ServiceUnavailable
from portal.declaration_form import DeclarationForm
from portal.page import Page
from portal.pages.contract import covered_articles
from portal.services import incidents


async def following(page: Page, contract: Contract, typed: DeclarationForm) -> DeclarationForm:
    """The same declaration as what follows the incident in the address, with its products, or what has replaced them,
    ticked; unchanged where the person sees no such incident of the contract."""
    earlier = page.query("suite")
    if not (earlier.isascii() and earlier.isdigit()):
        return typed
    try:
        found = (await incidents.find(page, numbers=earlier, contract=contract.number, limit=1)).items
    except (ServiceUnavailable, ApiRefused):
        return typed
    if not found:
        return typed
    concerned = {*found[0].serial_numbers, *found[0].exchange_serials}
    ticked = [each.serial_number for each in covered_articles(contract) if each.serial_number in concerned]
    texts = {**typed.texts, "linked_to": found[0].number}
    return replace(typed, texts=texts, serial_numbers=typed.serial_numbers or ticked)
