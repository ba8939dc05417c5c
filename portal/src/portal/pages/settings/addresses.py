"""Delivery addresses of one's company."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.responses import Response

from portal import forms
from portal.countries import ADDRESS
from portal.forms import FormErrors
from portal.listing import Listing
from portal.page import Page
from portal.page_request import gather_or_unavailable
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.translations import N_

blueprint = Blueprint()

ADDRESSES = "/parametres/adresses"
COLUMNS = (("label", N_("Intitulé")),)


@blueprint.get(ADDRESSES)
async def list_addresses(page: Page) -> Response:
    listing = Listing.of(page, ADDRESSES, COLUMNS, default_sort="label", filters={})
    wanted = page.get("/addresses", **listing.parameters), page.get("/organisation")
    found, company = await gather_or_unavailable(*wanted)
    context = {"listing": listing, "found": found, "company": company["name"] if company else ""}
    if page.wants("more") and found:
        return page.fragment("settings/addresses_rows.html", **context)
    if page.wants("addresses") and found:
        return page.fragment("settings/addresses_table.html", **context)
    return await page.render("settings/addresses.html", **context)


@blueprint.get(f"{ADDRESSES}/nouvelle")
@writers()
async def new_address(page: Page) -> Response:
    return await _form(page, {}, FormErrors(200))


@blueprint.post(f"{ADDRESSES}/nouvelle")
@writers()
async def create_address(page: Page) -> Response:
    typed = _typed(page)
    gaps = forms.missing(page, ADDRESS)
    if gaps:
        return await _form(page, typed, FormErrors(422, wrong=gaps))
    trouble = await forms.attempt(page, ADDRESS, page.change("POST", "/addresses", typed, key=page.field("key")))
    if trouble:
        return await _form(page, typed, trouble)
    return page.redirect(ADDRESSES, flash=page.gettext("L’adresse est enregistrée."))


@blueprint.get(f"{ADDRESSES}/{{id:uuid}}")
@writers()
async def edit_address(page: Page) -> Response:
    address = await page.ask("GET", _path(page))
    return await _form(page, address.body, FormErrors(200, etag=address.etag), address.body)


@blueprint.post(f"{ADDRESSES}/{{id:uuid}}")
@writers()
async def change_address(page: Page) -> Response:
    typed = _typed(page)
    trouble = await forms.patch(page, _path(page), ADDRESS, typed)
    if trouble:
        return await _form(page, typed, trouble, await page.get(_path(page)))
    return page.redirect(ADDRESSES, flash=page.gettext("L’adresse est enregistrée."))


@blueprint.get(f"{ADDRESSES}/{{id:uuid}}/supprimer")
@writers()
async def confirm_deletion(page: Page) -> Response:
    return await page.render("settings/address_deletion.html", address=await page.get(_path(page)))


@blueprint.post(f"{ADDRESSES}/{{id:uuid}}/supprimer")
@writers()
async def delete_address(page: Page) -> Response:
    await page.change("DELETE", _path(page))
    return page.redirect(ADDRESSES, flash=page.gettext("L’adresse est supprimée."))


def _typed(page: Page) -> dict[str, Any]:
    """Primary is asked for or left alone: the primary address stays so until another takes over."""
    return {**forms.typed(page, ADDRESS), "primary": page.field("primary") == "on"}


async def _form(page: Page, values: Any, trouble: FormErrors, address: Any = None) -> Response:
    """``address`` is the one that is changed, as the service knows it."""
    key = page.field("key") or secrets.token_urlsafe(16)
    context = {"values": values, "trouble": trouble, "address": address, "key": key}
    return await page.render("settings/address.html", status=trouble.status, **context)


def _path(page: Page) -> str:
    return f"/addresses/{page.request.path_params['id']}"
