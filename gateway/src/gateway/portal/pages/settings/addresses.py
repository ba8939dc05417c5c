"""Delivery addresses of one's company."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.responses import Response

from gateway.portal import forms
from gateway.portal.forms import Trouble
from gateway.portal.listing import Listing
from gateway.portal.pages.settings.rights import writers_only
from gateway.portal.places import ADDRESS
from gateway.portal.site import Page, Section
from gateway.portal.translations import later
from gateway.portal.visit import side_by_side

section = Section()

ADDRESSES = "/parametres/adresses"
COLUMNS = (("label", later("Intitulé")),)


@section.get(ADDRESSES)
async def list_addresses(page: Page) -> Response:
    listing = Listing.of(page, ADDRESSES, COLUMNS, default_sort="label", filters={})
    found, company = await side_by_side(
        page.get("/addresses", sort=listing.sort, limit=25, cursor=listing.cursor), page.get("/organisation")
    )
    context = {"listing": listing, "found": found, "company": company["name"] if company else ""}
    if page.wants("more") and found:
        return page.fragment("settings/addresses_rows.html", **context)
    if page.wants("addresses") and found:
        return page.fragment("settings/addresses_table.html", **context)
    return await page.render("settings/addresses.html", **context)


@section.get(f"{ADDRESSES}/nouvelle")
async def new_address(page: Page) -> Response:
    writers_only(page)
    return await _form(page, {}, Trouble(200))


@section.post(f"{ADDRESSES}/nouvelle")
async def create_address(page: Page) -> Response:
    typed = _typed(page)
    gaps = forms.missing(page, ADDRESS)
    if gaps:
        return await _form(page, typed, Trouble(422, wrong=gaps))
    trouble = await forms.attempt(page, ADDRESS, page.change("POST", "/addresses", typed, key=page.field("key")))
    if trouble:
        return await _form(page, typed, trouble)
    return page.redirect(ADDRESSES, flash=page.gettext("L’adresse est enregistrée."))


@section.get(f"{ADDRESSES}/{{id:uuid}}")
async def edit_address(page: Page) -> Response:
    writers_only(page)
    address = await page.ask("GET", _path(page))
    return await _form(page, address.body, Trouble(200, etag=address.etag), address.body)


@section.post(f"{ADDRESSES}/{{id:uuid}}")
async def change_address(page: Page) -> Response:
    typed = _typed(page)
    trouble = await forms.patch(page, _path(page), ADDRESS, typed)
    if trouble:
        return await _form(page, typed, trouble, await page.get(_path(page)))
    return page.redirect(ADDRESSES, flash=page.gettext("L’adresse est enregistrée."))


@section.get(f"{ADDRESSES}/{{id:uuid}}/supprimer")
async def confirm_deletion(page: Page) -> Response:
    writers_only(page)
    return await page.render("settings/address_deletion.html", address=await page.get(_path(page)))


@section.post(f"{ADDRESSES}/{{id:uuid}}/supprimer")
async def delete_address(page: Page) -> Response:
    await page.change("DELETE", _path(page))
    return page.redirect(ADDRESSES, flash=page.gettext("L’adresse est supprimée."))


def _typed(page: Page) -> dict[str, Any]:
    """Primary is asked for or left alone: the primary address stays so until another takes over."""
    return {**forms.typed(page, ADDRESS), "primary": page.field("primary") == "on"}


async def _form(page: Page, values: Any, trouble: Trouble, address: Any = None) -> Response:
    """``address`` is the one that is changed, as the service knows it."""
    key = page.field("key") or secrets.token_urlsafe(16)
    context = {"values": values, "trouble": trouble, "address": address, "key": key}
    return await page.render("settings/address.html", status=trouble.status, **context)


def _path(page: Page) -> str:
    return f"/addresses/{page.request.path_params['id']}"
