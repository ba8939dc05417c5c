"""Clients: the list, requests to sign up, one client with all that is its own, and its access to the portal."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.responses import Response

from gateway.portal import forms
from gateway.portal.backend import Refused, ServiceAway
from gateway.portal.forms import Field, Trouble
from gateway.portal.listing import Listing
from gateway.portal.pages import narrowing
from gateway.portal.site import Page, Section
from gateway.portal.translations import later
from gateway.portal.visit import if_allowed, side_by_side

section = Section()

COLUMNS = (("name", later("Nom")), ("phone", later("Téléphone")), ("email", later("Email")))
FIELDS = (
    Field("name", later("Nom / Raison sociale")),
    Field("email", later("Email"), needed=False),
    Field("phone", later("Téléphone"), needed=False),
)
RESELLER = Field("reseller_id", later("Revendeur"))
SHOWN = 10
MAX_CHOICES = 200


def identifier(page: Page, name: str = "id") -> UUID:
    """The id in the path; what is none leads nowhere."""
    try:
        return UUID(page.request.path_params[name])
    except ValueError as error:
        raise Refused(404, {}) from error


@section.get("/clients")
async def list_clients(page: Page) -> Response:
    filters = {"reseller_id": narrowing.asked(page)}
    listing = Listing.of(page, "/clients", COLUMNS, default_sort="name", filters=filters)
    found, (summaries, requests, named) = await asyncio.gather(
        page.get("/clients", **listing.parameters),
        side_by_side(page.get("/client-summaries"), _requests(page), narrowing.reseller(page)),
    )
    in_force = {item["client_id"]: item["contracts_in_force"] for item in summaries["items"]} if summaries else None
    context: dict[str, Any] = {"listing": listing, "found": found, "in_force": in_force, "reseller": named}
    if page.wants("clients"):
        return page.fragment("clients/table.html", **context)
    if page.wants("more"):
        return page.fragment("clients/rows.html", **context)
    return await page.render("clients/list.html", requests=requests, **context)


@section.post("/clients/demandes/{id}")
async def decide(page: Page) -> Response:
    """Accepts or refuses a request to sign up."""
    is_approved = page.field("decision") == "approve"
    path = f"/sign-up-requests/{identifier(page)}/{'approve' if is_approved else 'refuse'}"
    await page.change("POST", path, etag=page.field("etag"))
    if is_approved:
        return page.redirect("/clients", flash=page.gettext("Demande acceptée : le lien d’accès est parti par e-mail."))
    return page.redirect("/clients", flash=page.gettext("Demande refusée."))


@section.get("/clients/nouveau")
async def new_client(page: Page) -> Response:
    return await _new_form(page, {"reseller_id": page.query("revendeur")}, Trouble(200))


@section.post("/clients/nouveau")
async def create_client(page: Page) -> Response:
    fields = (*FIELDS, RESELLER) if page.may("sqp") else FIELDS
    typed = forms.typed(page, fields)
    gaps = forms.missing(page, fields)
    if gaps:
        return await _new_form(page, typed, Trouble(422, wrong=gaps))
    try:
        created = await page.change("POST", "/clients", typed, key=page.field("key"))
    except Refused as refused:
        return await _new_form(page, typed, forms.trouble(page, refused, fields))
    return page.redirect(f"/clients/{created['id']}", flash=page.gettext("Le client est créé."))


@section.get("/clients/{id}")
async def show_client(page: Page) -> Response:
    of = identifier(page)
    client, contracts, incidents, addresses, people = await side_by_side(
        page.ask("GET", f"/clients/{of}"),
        page.get("/contracts", client_id=of, limit=SHOWN),
        page.get("/incidents", client_id=of, limit=SHOWN),
        _addresses(page, of),
        page.get(f"/clients/{of}/users", limit=MAX_CHOICES),
    )
    if not client:
        raise ServiceAway("identity")
    return await page.render(
        "clients/client.html",
        client=client.body,
        etag=client.etag,
        contracts=contracts,
        incidents=incidents,
        addresses=addresses,
        people=people,
    )


@section.get("/clients/{id}/modifier")
async def edit_client(page: Page) -> Response:
    client = await page.ask("GET", f"/clients/{identifier(page)}")
    return await _edit_form(page, client.body, client.body, Trouble(200, etag=client.etag))


@section.post("/clients/{id}/modifier")
async def change_client(page: Page) -> Response:
    path = f"/clients/{identifier(page)}"
    typed = forms.typed(page, FIELDS)
    trouble = await forms.patch(page, path, FIELDS, typed)
    if trouble:
        return await _edit_form(page, await page.get(path), typed, trouble)
    return page.redirect(path, flash=page.gettext("Les modifications sont enregistrées."))


@section.post("/clients/{id}/acces")
async def set_access(page: Page) -> Response:
    """Opens or closes the portal to the client's people."""
    path = f"/clients/{identifier(page)}"
    is_open = page.field("open") == "true"
    await page.change("POST", f"{path}/access", {"open": is_open}, etag=page.field("etag"))
    said = page.gettext("L’accès est ouvert.") if is_open else page.gettext("L’accès est fermé.")
    return page.redirect(path, flash=said)


async def _addresses(page: Page, client: UUID) -> Any:
    """They are the reseller's to manage: SQP sees the one that an incident names."""
    return await page.get("/addresses", organisation_id=client, limit=MAX_CHOICES) if page.may("reseller") else None


async def _requests(page: Page) -> Any:
    """Those to decide; nothing for who may not see them."""
    return await if_allowed(page.get("/sign-up-requests", state="pending", limit=MAX_CHOICES))


async def _new_form(page: Page, typed: Mapping[str, str], trouble: Trouble) -> Response:
    resellers = None
    if page.may("sqp"):
        found = await page.get("/resellers", limit=MAX_CHOICES)
        resellers = [(each["id"], each["name"]) for each in found["items"]]
    context = {"typed": typed, "key": secrets.token_urlsafe(16), "resellers": resellers, "trouble": trouble}
    return await page.render("clients/new.html", status=trouble.status, **context)


async def _edit_form(page: Page, client: Any, typed: Mapping[str, Any], trouble: Trouble) -> Response:
    context = {"client": client, "typed": typed, "trouble": trouble}
    return await page.render("clients/edit.html", status=trouble.status, **context)
