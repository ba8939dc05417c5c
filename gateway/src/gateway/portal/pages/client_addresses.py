"""A reseller manages its clients' delivery addresses."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.portal import forms
from gateway.portal.backend import Refused
from gateway.portal.forms import Field, Trouble
from gateway.portal.pages.clients import identifier
from gateway.portal.site import Page, Section
from gateway.portal.translations import later

section = Section()

FIELDS = (
    Field("label", later("Intitulé")),
    Field("street", later("N° et nom de rue")),
    Field("complement", later("Complément d’adresse"), needed=False),
    Field("city", later("Ville")),
    Field("postal_code", later("Code postal")),
    Field("country", later("Pays")),
    Field("email", later("Email")),
    Field("phone", later("Téléphone")),
)


@section.get("/clients/{id}/adresses/nouvelle")
async def new_address(page: Page) -> Response:
    return await _form(page, {}, Trouble(200))


@section.post("/clients/{id}/adresses/nouvelle")
async def create_address(page: Page) -> Response:
    client, typed = identifier(page), _typed(page)
    gaps = forms.missing(page, FIELDS)
    if gaps:
        return await _form(page, typed, Trouble(422, wrong=gaps))
    wanted = {**typed, "organisation_id": str(client)}
    creation = page.change("POST", "/addresses", wanted, key=page.field("key"))
    trouble = await forms.attempt(page, FIELDS, creation)
    return await _form(page, typed, trouble) if trouble else _saved(page)


@section.get("/clients/{id}/adresses/{address}")
async def edit_address(page: Page) -> Response:
    address = await page.ask("GET", f"/addresses/{identifier(page, 'address')}")
    return await _form(page, address.body, Trouble(200, etag=address.etag), address.body)


@section.post("/clients/{id}/adresses/{address}")
async def change_address(page: Page) -> Response:
    path, typed = f"/addresses/{identifier(page, 'address')}", _typed(page)
    trouble = await forms.patch(page, path, FIELDS, typed)
    return await _form(page, typed, trouble, await page.get(path)) if trouble else _saved(page)


@section.post("/clients/{id}/adresses/{address}/supprimer")
async def delete_address(page: Page) -> Response:
    await page.change("DELETE", f"/addresses/{identifier(page, 'address')}")
    return page.redirect(f"/clients/{identifier(page)}#adresses", flash=page.gettext("L’adresse est supprimée."))


def _typed(page: Page) -> dict[str, Any]:
    return {**forms.typed(page, FIELDS), "primary": page.field("primary") == "on"}


def _saved(page: Page) -> Response:
    return page.redirect(f"/clients/{identifier(page)}#adresses", flash=page.gettext("L’adresse est enregistrée."))


async def _form(page: Page, typed: Mapping[str, Any], trouble: Trouble, address: Any = None) -> Response:
    """``address`` is the one that is changed, as it stands."""
    client = await page.get(f"/clients/{identifier(page)}")
    if address and address["organisation_id"] != client["id"]:
        raise Refused(404, {})
    context = {"client": client, "address": address, "typed": typed, "trouble": trouble}
    key = secrets.token_urlsafe(16)
    return await page.render("clients/address.html", status=trouble.status, key=key, **context)
