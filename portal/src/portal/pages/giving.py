"""A contract without client is given to one: one of the reseller's, or a new one."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from portal.api_client import ApiRefused
from portal.forms import Field, Form, FormErrors
from portal.page import Page
from portal.pages.contract import number_of
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.services import contracts, identity
from portal.translations import N_

blueprint = Blueprint()

FORM = Form(Field("client_id", N_("Client")))
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
    trouble = await FORM.attempt(page, lambda: give(page, number, chosen, page.field("etag")))
    if trouble:
        return await _form(page, chosen, trouble)
    return page.redirect(f"/contrats/{number}", flash=page.gettext("Le contrat est attribué à ce client."))


async def give(page: Page, number: str, client: str, etag: str) -> None:
    """Raises ApiRefused."""
    for pause in (*ARRIVING, None):
        try:
            await contracts.give(page, number, client, etag)
        except ApiRefused as refused:
            if refused.code != "unknown_client" or pause is None:
                raise
            await asyncio.sleep(pause)
        else:
            return


async def give_new(page: Page, number: str, client: str) -> bool:
    """Whether the client that has just been created has the contract now."""
    try:
        await give(page, number, client, (await contracts.read(page, number)).etag)
    except ApiRefused:
        return False
    return True


async def _form(page: Page, chosen: str, trouble: FormErrors) -> Response:
    answer = await contracts.read(page, number_of(page))
    contract = answer.body
    if contract.client:
        return page.redirect(f"/contrats/{contract.number}")
    reseller = contract.reseller.id if page.may("sqp") else ""
    q = page.query("q")[:200].replace("\0", "")
    clients = await identity.clients(page, reseller_id=reseller, q=q, limit=identity.MOST)
    return await page.render(
        "contracts/giving.html",
        status=trouble.status,
        contract=contract,
        etag=answer.etag,
        clients=clients,
        choices=[(str(each.id), f"{each.name} · {each.code}") for each in clients.items],
        chosen=chosen,
        trouble=trouble,
        reseller=reseller,
        q=q,
    )
