"""A reseller manages its clients' delivery addresses."""

from __future__ import annotations

import secrets

from starlette.responses import Response

from api.identity.organisations import Address, AddressCreate, AddressPatch
from portal.address_form import ADDRESS
from portal.api_client import ApiRefused, Reply
from portal.forms import FormErrors
from portal.identifiers import identifier
from portal.page import Page
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.services import identity
from portal.services.resource import Resource

blueprint = Blueprint()


@blueprint.get("/clients/{id}/adresses/nouvelle")
@writers("reseller")
async def new_address(page: Page) -> Response:
    return await _form(page, {}, FormErrors(200))


@blueprint.post("/clients/{id}/adresses/nouvelle")
@writers("reseller")
async def create_address(page: Page) -> Response:
    typed, key = _typed(page), page.field("key")
    wanted = {**typed, "organisation_id": identifier(page)}
    trouble = await ADDRESS.attempt(page, lambda: identity.create_address(page, page.build(AddressCreate, wanted), key))
    return await _form(page, typed, trouble) if trouble else _saved(page)


@blueprint.get("/clients/{id}/adresses/{address}")
@writers("reseller")
async def edit_address(page: Page) -> Response:
    address = await _read(page)
    return await _form(page, address.body, FormErrors(200, etag=address.etag), address.body)


@blueprint.post("/clients/{id}/adresses/{address}")
@writers("reseller")
async def change_address(page: Page) -> Response:
    await _read(page)
    address, typed = _address(page), _typed(page)
    trouble = await ADDRESS.patch(page, address, typed)
    return await _form(page, typed, trouble, await address.get()) if trouble else _saved(page)


@blueprint.post("/clients/{id}/adresses/{address}/supprimer")
@writers("reseller")
async def delete_address(page: Page) -> Response:
    await _read(page)
    await identity.delete_address(page, identifier(page, "address"))
    return page.redirect(f"/clients/{identifier(page)}#adresses", flash=page.gettext("L’adresse est supprimée."))


def _address(page: Page) -> Resource[Address, AddressPatch]:
    return identity.address(page, identifier(page, "address"))


async def _read(page: Page) -> Reply[Address]:
    """One of the client's that the path names; another's is not there."""
    found = await _address(page).read()
    if found.body.organisation_id != identifier(page):
        raise ApiRefused(404, {})
    return found


def _typed(page: Page) -> dict[str, object]:
    return {**ADDRESS.typed(page), "primary": page.field("primary") == "on"}


def _saved(page: Page) -> Response:
    return page.redirect(f"/clients/{identifier(page)}#adresses", flash=page.gettext("L’adresse est enregistrée."))


async def _form(page: Page, typed: object, trouble: FormErrors, address: Address | None = None) -> Response:
    """``address`` is the one that is changed, as it stands."""
    client = await identity.client(page, identifier(page)).get()
    context = {"client": client, "address": address, "typed": typed, "trouble": trouble}
    key = secrets.token_urlsafe(16)
    return await page.render("clients/address.html", context, status=trouble.status, key=key)
