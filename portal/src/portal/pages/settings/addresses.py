"""Delivery addresses of one's company."""

from __future__ import annotations

import asyncio
import secrets

from starlette.responses import Response

from api.identity.organisations import Address, AddressCreate, AddressPatch
from portal.address_form import ADDRESS
from portal.forms import FormErrors
from portal.listing import Listing
from portal.page import Page
from portal.page_request import or_unavailable
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.services import identity
from portal.services.resource import Resource
from portal.translations import N_

blueprint = Blueprint()

ADDRESSES = "/parametres/adresses"
COLUMNS = (("label", N_("Intitulé")),)


@blueprint.get(ADDRESSES)
async def list_addresses(page: Page) -> Response:
    listing = Listing.of(page, ADDRESSES, COLUMNS, default_sort="label", filters={})
    found, company = await asyncio.gather(
        or_unavailable(identity.addresses(page, **listing.parameters)),
        or_unavailable(identity.organisation(page).get()),
    )
    context = {"listing": listing, "found": found, "company": company.name if company else ""}
    if page.wants("more") and found:
        return page.fragment("settings/addresses_rows.html", context)
    if page.wants("addresses") and found:
        return page.fragment("settings/addresses_table.html", context)
    return await page.render("settings/addresses.html", context)


@blueprint.get(f"{ADDRESSES}/nouvelle")
@writers()
async def new_address(page: Page) -> Response:
    return await _form(page, {}, FormErrors(200))


@blueprint.post(f"{ADDRESSES}/nouvelle")
@writers()
async def create_address(page: Page) -> Response:
    typed = _typed(page)
    trouble = await ADDRESS.attempt(
        page, lambda: identity.create_address(page, page.build(AddressCreate, typed), page.field("key"))
    )
    if trouble:
        return await _form(page, typed, trouble)
    return page.redirect(ADDRESSES, flash=page.gettext("L’adresse est enregistrée."))


@blueprint.get(f"{ADDRESSES}/{{id:uuid}}")
@writers()
async def edit_address(page: Page) -> Response:
    address = await _address(page).read()
    return await _form(page, address.body, FormErrors(200, etag=address.etag), address.body)


@blueprint.post(f"{ADDRESSES}/{{id:uuid}}")
@writers()
async def change_address(page: Page) -> Response:
    typed = _typed(page)
    trouble = await ADDRESS.patch(page, _address(page), typed)
    if trouble:
        return await _form(page, typed, trouble, await _address(page).get())
    return page.redirect(ADDRESSES, flash=page.gettext("L’adresse est enregistrée."))


@blueprint.get(f"{ADDRESSES}/{{id:uuid}}/supprimer")
@writers()
async def confirm_deletion(page: Page) -> Response:
    return await page.render("settings/address_deletion.html", address=await _address(page).get())


@blueprint.post(f"{ADDRESSES}/{{id:uuid}}/supprimer")
@writers()
async def delete_address(page: Page) -> Response:
    await identity.delete_address(page, page.request.path_params["id"])
    return page.redirect(ADDRESSES, flash=page.gettext("L’adresse est supprimée."))


def _typed(page: Page) -> dict[str, object]:
    """Primary is asked for or left alone: the primary address stays so until another takes over."""
    return {**ADDRESS.typed(page), "primary": page.field("primary") == "on"}


async def _form(page: Page, values: object, trouble: FormErrors, address: Address | None = None) -> Response:
    """``address`` is the one that is changed, as the service knows it."""
    key = page.field("key") or secrets.token_urlsafe(16)
    context = {"values": values, "trouble": trouble, "address": address, "key": key}
    return await page.render("settings/address.html", context, status=trouble.status)


def _address(page: Page) -> Resource[Address, AddressPatch]:
    return identity.address(page, page.request.path_params["id"])
