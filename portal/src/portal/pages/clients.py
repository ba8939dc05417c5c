"""Clients: the list, requests to sign up, one client with all that is its own, and its access to the portal."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from starlette.responses import Response

from portal import forms
from portal.api_client import ApiRefused, ServiceUnavailable
from portal.forms import Field, FormErrors
from portal.listing import Listing
from portal.page import Page
from portal.page_request import gather_or_unavailable, if_allowed
from portal.pages import exporting, giving, reseller_filter
from portal.pages.contract import NUMBER
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.translations import N_

blueprint = Blueprint()

COLUMNS = (("name", N_("Nom")), ("phone", N_("Téléphone")), ("email", N_("E-mail")))
FIELDS = (
    Field("name", N_("Nom / Raison sociale")),
    Field("email", N_("E-mail"), needed=False),
    Field("phone", N_("Téléphone"), needed=False),
)
RESELLER = Field("reseller_id", N_("Revendeur"))
SHOWN = 10
MAX_CHOICES = 200


def identifier(page: Page, name: str = "id") -> UUID:
    """The id in the path; what is none leads nowhere."""
    try:
        return UUID(page.request.path_params[name])
    except ValueError as error:
        raise ApiRefused(404, {}) from error


@blueprint.get("/clients")
async def list_clients(page: Page) -> Response:
    listing = _listing(page)
    found, (summaries, requests, named) = await asyncio.gather(
        page.get("/clients", **listing.parameters),
        gather_or_unavailable(page.get("/client-summaries"), _requests(page), reseller_filter.reseller(page)),
    )
    in_force = {item["client_id"]: item["contracts_in_force"] for item in summaries["items"]} if summaries else None
    context: dict[str, Any] = {"listing": listing, "found": found, "in_force": in_force, "reseller": named}
    if page.wants("clients"):
        return page.fragment("clients/table.html", **context)
    if page.wants("more"):
        return page.fragment("clients/rows.html", **context)
    return await page.render("clients/list.html", requests=requests, **context)


def _listing(page: Page) -> Listing:
    filters = {"reseller_id": reseller_filter.asked(page)}
    return Listing.of(page, "/clients", COLUMNS, default_sort="name", filters=filters)


exporting.offer(blueprint, "/clients", "/clients", _listing)


@blueprint.post("/clients/demandes/{id}")
@writers("reseller", "sqp")
async def decide(page: Page) -> Response:
    """Accepts or refuses a request to sign up."""
    is_approved = page.field("decision") == "approve"
    path = f"/sign-up-requests/{identifier(page)}/{'approve' if is_approved else 'refuse'}"
    await page.change("POST", path, etag=page.field("etag"))
    if is_approved:
        return page.redirect("/clients", flash=page.gettext("Demande acceptée : le lien d’accès est parti par e-mail."))
    return page.redirect("/clients", flash=page.gettext("Demande refusée."))


@blueprint.get("/clients/nouveau")
@writers("reseller", "sqp")
async def new_client(page: Page) -> Response:
    return await _new_form(page, {"reseller_id": page.query("revendeur")}, FormErrors(200))


@blueprint.post("/clients/nouveau")
@writers("reseller", "sqp")
async def create_client(page: Page) -> Response:
    fields = (*FIELDS, RESELLER) if page.may("sqp") else FIELDS
    typed = forms.typed(page, fields)
    gaps = forms.missing(page, fields)
    if gaps:
        return await _new_form(page, typed, FormErrors(422, wrong=gaps))
    wanted = {**typed, "is_another": page.field("is_another") == "on"}
    try:
        created = await page.change("POST", "/clients", wanted, key=page.field("key"))
    except ApiRefused as refused:
        alike = refused.problem.get("clients", ()) if refused.code == "client_known" else ()
        return await _new_form(page, typed, forms.trouble(page, refused, fields), alike)
    contract = _contract(page.field("contract"))
    if contract and not await giving.give_new(page, contract, created["id"]):
        said = page.gettext("Le client est créé. Attribuez-lui à présent le contrat.")
        return page.redirect(f"/contrats/{contract}/client?client={created['id']}", flash=said)
    said = page.gettext("Le client est créé. Invitez-le à présent, ou plus tard depuis sa page.")
    return page.redirect(f"/clients/{created['id']}/inviter", flash=said)


def _contract(number: str) -> str:
    """The contract that a new client is created for; empty for none."""
    return number if NUMBER.fullmatch(number) else ""


@blueprint.get("/clients/{id}")
async def show_client(page: Page) -> Response:
    of = identifier(page)
    client, contracts, incidents, addresses, people = await gather_or_unavailable(
        page.ask("GET", f"/clients/{of}"),
        page.get("/contracts", client_id=of, limit=SHOWN),
        page.get("/incidents", client_id=of, limit=SHOWN),
        _addresses(page, of),
        page.get(f"/clients/{of}/users", limit=MAX_CHOICES),
    )
    if not client:
        raise ServiceUnavailable("identity")
    return await page.render(
        "clients/client.html",
        client=client.body,
        etag=client.etag,
        contracts=contracts,
        incidents=incidents,
        addresses=addresses,
        people=people,
    )


@blueprint.get("/clients/{id}/modifier")
@writers("reseller", "sqp")
async def edit_client(page: Page) -> Response:
    client = await page.ask("GET", f"/clients/{identifier(page)}")
    return await _edit_form(page, client.body, client.body, FormErrors(200, etag=client.etag))


@blueprint.post("/clients/{id}/modifier")
@writers("reseller", "sqp")
async def change_client(page: Page) -> Response:
    path = f"/clients/{identifier(page)}"
    typed = forms.typed(page, FIELDS)
    trouble = await forms.patch(page, path, FIELDS, typed)
    if trouble:
        return await _edit_form(page, await page.get(path), typed, trouble)
    return page.redirect(path, flash=page.gettext("Les modifications sont enregistrées."))


@blueprint.post("/clients/{id}/acces")
@writers("reseller", "sqp")
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


async def _new_form(page: Page, typed: Mapping[str, str], trouble: FormErrors, alike: Sequence[Any] = ()) -> Response:
    """``alike`` are the clients of the same name or address."""
    resellers = None
    if page.may("sqp"):
        found = await page.get("/resellers", limit=MAX_CHOICES)
        resellers = [(each["id"], each["name"]) for each in found["items"]]
    key = secrets.token_urlsafe(16)
    contract = _contract(page.field("contract") or page.query("contrat"))
    context = {"typed": typed, "key": key, "resellers": resellers, "trouble": trouble, "alike": alike}
    return await page.render("clients/new.html", status=trouble.status, contract=contract, **context)


async def _edit_form(page: Page, client: Any, typed: Mapping[str, Any], trouble: FormErrors) -> Response:
    context = {"client": client, "typed": typed, "trouble": trouble}
    return await page.render("clients/edit.html", status=trouble.status, **context)
