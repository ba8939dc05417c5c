"""A reseller manages its clients' delivery addresses."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from portal import forms
from portal.api_client import ApiRefused
from portal.forms import Field, FormErrors
from portal.page import Page
from portal.pages.clients import identifier
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.translations import N_

blueprint = Blueprint()

FIELDS = (
    Field("label", N_("Intitulé")),
    Field("street", N_("N° et nom de rue")),
    Field("complement", N_("Complément d’adresse"), needed=False),
    Field("city", N_("Ville")),
    Field("postal_code", N_("Code postal")),
    Field("country", N_("Pays")),
    Field("email", N_("E-mail")),
    Field("phone", N_("Téléphone")),
)


@blueprint.get("/clients/{id}/adresses/nouvelle")
@writers("reseller")
async def new_address(page: Page) -> Response:
    return await _form(page, {}, FormErrors(200))


@blueprint.post("/clients/{id}/adresses/nouvelle")
@writers("reseller")
async def create_address(page: Page) -> Response:
    client, typed = identifier(page), _typed(page)
    gaps = forms.missing(page, FIELDS)
    if gaps:
        return await _form(page, typed, FormErrors(422, wrong=gaps))
    wanted = {**typed, "organisation_id": str(client)}
    creation = page.change("POST", "/addresses", wanted, key=page.field("key"))
    trouble = await forms.attempt(page, FIELDS, creation)
    return await _form(page, typed, trouble) if trouble else _saved(page)


@blueprint.get("/clients/{id}/adresses/{address}")
@writers("reseller")
async def edit_address(page: Page) -> Response:
    address = await page.ask("GET", f"/addresses/{identifier(page, 'address')}")
    return await _form(page, address.body, FormErrors(200, etag=address.etag), address.body)


@blueprint.post("/clients/{id}/adresses/{address}")
@writers("reseller")
async def change_address(page: Page) -> Response:
    path, typed = f"/addresses/{identifier(page, 'address')}", _typed(page)
    trouble = await forms.patch(page, path, FIELDS, typed)
    return await _form(page, typed, trouble, await page.get(path)) if trouble else _saved(page)


@blueprint.post("/clients/{id}/adresses/{address}/supprimer")
@writers("reseller")
async def delete_address(page: Page) -> Response:
    await page.change("DELETE", f"/addresses/{identifier(page, 'address')}")
    return page.redirect(f"/clients/{identifier(page)}#adresses", flash=page.gettext("L’adresse est supprimée."))


def _typed(page: Page) -> dict[str, Any]:
    return {**forms.typed(page, FIELDS), "primary": page.field("primary") == "on"}


def _saved(page: Page) -> Response:
    return page.redirect(f"/clients/{identifier(page)}#adresses", flash=page.gettext("L’adresse est enregistrée."))


async def _form(page: Page, typed: Mapping[str, Any], trouble: FormErrors, address: Any = None) -> Response:
    """``address`` is the one that is changed, as it stands."""
    client = await page.get(f"/clients/{identifier(page)}")
    if address and address["organisation_id"] != client["id"]:
        raise ApiRefused(404, {})
    context = {"client": client, "address": address, "typed": typed, "trouble": trouble}
    key = secrets.token_urlsafe(16)
    return await page.render("clients/address.html", status=trouble.status, key=key, **context)
