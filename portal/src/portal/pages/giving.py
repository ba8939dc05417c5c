"""A contract without client is given to one: one of the reseller's, or a new one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from portal import forms
from portal.api_client import ApiRefused
from portal.forms import Field, FormErrors
from portal.page import Page
from portal.pages.contract import number_of
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.translations import N_

blueprint = Blueprint()

CLIENT = Field("client_id", N_("Client"))
MAX_CHOICES = 200
# A client that was created a moment ago is on its way to the contracts: how often it is asked for, seconds apart.
ARRIVING = (0.1, 0.2, 0.4, 0.8, 1.6)


@blueprint.get("/contrats/{number}/client")
@writers("reseller", "sqp")
async def choose_client(page: Page) -> Response:
    return await _form(page, page.query("client"), FormErrors(200))


@blueprint.post("/contrats/{number}/client")
@writers("reseller", "sqp")
async def give_contract(page: Page) -> Response:
    number, chosen = number_of(page), page.field("client_id")
    gaps = forms.missing(page, [CLIENT])
    if gaps:
        return await _form(page, chosen, FormErrors(422, wrong=gaps))
    trouble = await forms.attempt(page, [CLIENT], give(page, number, chosen, page.field("etag")))
    if trouble:
        return await _form(page, chosen, trouble)
    return page.redirect(f"/contrats/{number}", flash=page.gettext("Le contrat est attribué à ce client."))


async def give(page: Page, number: str, client: str, etag: str) -> None:
    """Raises ApiRefused."""
    for pause in (*ARRIVING, None):
        try:
            await page.change("PUT", f"/contracts/{number}/client", {"client_id": client}, etag=etag)
        except ApiRefused as refused:
            if refused.code != "unknown_client" or pause is None:
                raise
            await asyncio.sleep(pause)
        else:
            return


async def give_new(page: Page, number: str, client: str) -> bool:
    """Whether the client that has just been created has the contract now."""
    try:
        contract = await page.ask("GET", f"/contracts/{number}")
        await give(page, number, client, contract.etag)
    except ApiRefused:
        return False
    return True


async def _form(page: Page, chosen: str, trouble: FormErrors) -> Response:
    answer = await page.ask("GET", f"/contracts/{number_of(page)}")
    contract: Mapping[str, Any] = answer.body
    if contract["client"]:
        return page.redirect(f"/contrats/{contract['number']}")
    reseller = contract["reseller"]["id"] if page.may("sqp") else ""
    q = page.query("q")[:200].replace("\0", "")
    clients = await page.get("/clients", reseller_id=reseller, q=q, limit=MAX_CHOICES)
    return await page.render(
        "contracts/giving.html",
        status=trouble.status,
        contract=contract,
        etag=answer.etag,
        clients=clients,
        choices=[(each["id"], f"{each['name']} · {each['code']}") for each in clients["items"]],
        chosen=chosen,
        trouble=trouble,
        reseller=reseller,
        q=q,
    )
