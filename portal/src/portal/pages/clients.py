"""Clients: the list, requests to sign up, one client with all that is its own, and its access to the portal."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from uuid import UUID

from starlette.responses import Response

from api.identity.organisations import Access, Address, Client, ClientCreate
from portal.api_client import ApiRefused, KnownClient
from portal.forms import Field, Form, FormErrors, done_or_meanwhile
from portal.identifiers import identifier
from portal.listing import Listing
from portal.page import Page
from portal.page_request import if_allowed, or_unavailable
from portal.pages import exporting, giving, list_page, reseller_filter
from portal.pages.contract import NUMBER
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.services import contracts, identity, incidents
from portal.translations import N_
from web import schemas

blueprint = Blueprint()

COLUMNS = (("name", N_("Nom")), ("phone", N_("Téléphone")), ("email", N_("E-mail")))
FORM = Form(
    Field("name", N_("Nom / Raison sociale")),
    Field("email", N_("E-mail"), needed=False),
    Field("phone", N_("Téléphone"), needed=False),
)
# SQP says for which reseller it creates a client.
FORM_WITH_RESELLER = Form(*FORM.fields, Field("reseller_id", N_("Revendeur")))
SHOWN = 10


@blueprint.get("/clients")
async def list_clients(page: Page) -> Response:
    listing = _listing(page)
    found, summaries, requests, named = await asyncio.gather(
        identity.clients(page, **listing.parameters),
        or_unavailable(contracts.summaries(page)),
        or_unavailable(if_allowed(identity.sign_up_requests(page))),
        or_unavailable(reseller_filter.reseller(page)),
    )
    in_force = {each.client_id: each.contracts_in_force for each in summaries.items} if summaries else None
    return await list_page.show(
        page, "clients", listing=listing, found=found, in_force=in_force, reseller=named, requests=requests
    )


def _listing(page: Page) -> Listing:
    filters = {"reseller_id": reseller_filter.asked(page)}
    return Listing.of(page, "/clients", COLUMNS, default_sort="name", filters=filters)


exporting.offer(blueprint, "/clients", "/clients", _listing)


@blueprint.post("/clients/demandes/{id}")
@writers("reseller", "sqp")
async def decide(page: Page) -> Response:
    """Accepts or refuses a request to sign up."""
    is_approved = page.field("decision") == "approve"
    accepted = page.gettext("Demande acceptée : le lien d’accès est parti par e-mail.")
    deciding = identity.decide(page, identifier(page), is_approved=is_approved, etag=page.field("etag"))
    done = accepted if is_approved else page.gettext("Demande refusée.")
    return page.redirect("/clients", flash=await done_or_meanwhile(page, deciding, done))


@blueprint.get("/clients/nouveau")
@writers("reseller", "sqp")
async def new_client(page: Page) -> Response:
    return await _new_form(page, {"reseller_id": page.query("revendeur")}, FormErrors(200))


@blueprint.post("/clients/nouveau")
@writers("reseller", "sqp")
async def create_client(page: Page) -> Response:
    form = FORM_WITH_RESELLER if page.may("sqp") else FORM
    typed = form.typed(page)
    gaps = form.gaps(page)
    if gaps:
        return await _new_form(page, typed, gaps)
    try:
        wanted = page.build(ClientCreate, {**typed, "is_another": page.field("is_another") == "on"})
        created = await identity.create_client(page, wanted, page.field("key"))
    except ApiRefused as refused:
        return await _new_form(page, typed, form.errors(page, refused), refused.problem.clients)
    contract = _contract(page.field("contract"))
    if contract and not await giving.give_new(page, contract, str(created.id)):
        said = page.gettext("Le client est créé. Attribuez-lui à présent le contrat.")
        return page.redirect(f"/contrats/{contract}/client?client={created.id}", flash=said)
    said = page.gettext("Le client est créé. Invitez-le à présent, ou plus tard depuis sa page.")
    return page.redirect(f"/clients/{created.id}/inviter", flash=said)


def _contract(number: str) -> str:
    """The contract that a new client is created for; empty for none."""
    return number if NUMBER.fullmatch(number) else ""


@blueprint.get("/clients/{id}")
async def show_client(page: Page) -> Response:
    of = identifier(page)
    client, held, declared, addresses, people = await asyncio.gather(
        identity.client(page, of).read(),
        or_unavailable(contracts.find(page, client_id=of, limit=SHOWN)),
        or_unavailable(incidents.find(page, client_id=of, limit=SHOWN)),
        or_unavailable(_addresses(page, of)),
        or_unavailable(identity.people(page, "clients", of)),
    )
    return await page.render(
        "clients/client.html",
        client=client.body,
        etag=client.etag,
        contracts=held,
        incidents=declared,
        addresses=addresses,
        people=people,
    )


@blueprint.get("/clients/{id}/modifier")
@writers("reseller", "sqp")
async def edit_client(page: Page) -> Response:
    client = await identity.client(page, identifier(page)).read()
    return await _edit_form(page, client.body, client.body, FormErrors(200, etag=client.etag))


@blueprint.post("/clients/{id}/modifier")
@writers("reseller", "sqp")
async def change_client(page: Page) -> Response:
    client, typed = identity.client(page, identifier(page)), FORM.typed(page)
    trouble = await FORM.patch(page, client, typed)
    if trouble:
        return await _edit_form(page, await client.get(), typed, trouble)
    return page.redirect(client.path, flash=page.gettext("Les modifications sont enregistrées."))


@blueprint.post("/clients/{id}/acces")
@writers("reseller", "sqp")
async def set_access(page: Page) -> Response:
    """Opens or closes the portal to the client's people."""
    of, is_open = identifier(page), page.field("open") == "true"
    setting = identity.set_access(page, of, Access(open=is_open), page.field("etag"))
    done = page.gettext("L’accès est ouvert.") if is_open else page.gettext("L’accès est fermé.")
    return page.redirect(f"/clients/{of}", flash=await done_or_meanwhile(page, setting, done))


async def _addresses(page: Page, client: UUID) -> schemas.Page[Address] | None:
    """They are the reseller's to manage: SQP sees the one that an incident names."""
    if not page.may("reseller"):
        return None
    return await identity.addresses(page, organisation_id=client, limit=identity.MOST)


async def _new_form(
    page: Page, typed: Mapping[str, str], trouble: FormErrors, alike: Sequence[KnownClient] = ()
) -> Response:
    """``alike`` are the clients of the same name or address."""
    resellers = None
    if page.may("sqp"):
        found = await identity.resellers(page, limit=identity.MOST)
        resellers = [(str(each.id), each.name) for each in found.items]
    key = secrets.token_urlsafe(16)
    contract = _contract(page.field("contract") or page.query("contrat"))
    context = {"typed": typed, "key": key, "resellers": resellers, "trouble": trouble, "alike": alike}
    return await page.render("clients/new.html", context, status=trouble.status, contract=contract)


async def _edit_form(page: Page, client: Client, typed: object, trouble: FormErrors) -> Response:
    context = {"client": client, "typed": typed, "trouble": trouble}
    return await page.render("clients/edit.html", context, status=trouble.status)
