"""Invitations of those whom one looks after: the list, another link, and a person more."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from portal import forms
from portal.api_client import ApiRefused
from portal.forms import Field, FormErrors
from portal.listing import Listing
from portal.page import Page
from portal.pages.clients import identifier
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.translations import N_

blueprint = Blueprint()

COLUMNS = (("created_at", N_("Invité le")),)
STATES = {
    "": N_("Toutes"),
    "pending": N_("En attente"),
    "expired": N_("Lien expiré"),
    "failed": N_("E-mail non remis"),
}
ADDRESS = Field("email", N_("E-mail"))
PERSON = (
    ADDRESS,
    Field("first_name", N_("Prénom"), needed=False),
    Field("last_name", N_("Nom"), needed=False),
    Field("role", N_("Type")),
)
AT = {"account_exists": "email", "account_disabled": "email"}


@blueprint.get("/invitations")
async def list_invitations(page: Page) -> Response:
    filters = {"state": [state for state in STATES if state]}
    listing = Listing.of(page, "/invitations", COLUMNS, default_sort="-created_at", filters=filters)
    found = await page.get("/invitations", **listing.parameters)
    context: dict[str, Any] = {"listing": listing, "found": found, "states": STATES}
    if page.wants("invitations"):
        return page.fragment("invitations/table.html", **context)
    if page.wants("more"):
        return page.fragment("invitations/rows.html", **context)
    return await page.render("invitations/list.html", **context)


@blueprint.get("/invitations/{id}")
@writers("reseller", "sqp")
async def invitation_form(page: Page) -> Response:
    person = await page.get(f"/invitations/{identifier(page)}")
    return await _again(page, person, {"email": person["email"]}, FormErrors(200))


@blueprint.post("/invitations/{id}")
@writers("reseller", "sqp")
async def send_again(page: Page) -> Response:
    """The link again, to the address as it is typed now."""
    path, typed = f"/invitations/{identifier(page)}", forms.typed(page, [ADDRESS])
    person = await page.get(path)
    gaps = forms.missing(page, [ADDRESS])
    if gaps:
        return await _again(page, person, typed, FormErrors(422, wrong=gaps))
    sending = page.change("POST", f"{path}/again", typed, key=page.field("key"))
    trouble = await forms.attempt(page, [ADDRESS], sending, AT)
    if trouble:
        return await _again(page, person, typed, trouble)
    return page.redirect(_home(person), flash=_sent(page, typed["email"]))


@blueprint.get("/clients/{id}/inviter")
@writers("reseller", "sqp")
async def client_form(page: Page) -> Response:
    return await _person_form(page, "clients", {}, FormErrors(200))


@blueprint.post("/clients/{id}/inviter")
@writers("reseller", "sqp")
async def invite_client(page: Page) -> Response:
    return await _invite(page, "clients")


@blueprint.get("/revendeurs/{id}/inviter")
@writers("sqp")
async def reseller_form(page: Page) -> Response:
    return await _person_form(page, "resellers", {}, FormErrors(200))


@blueprint.post("/revendeurs/{id}/inviter")
@writers("sqp")
async def invite_reseller(page: Page) -> Response:
    return await _invite(page, "resellers")


async def _invite(page: Page, kind: str) -> Response:
    typed = forms.typed(page, PERSON)
    gaps = forms.missing(page, PERSON)
    if gaps:
        return await _person_form(page, kind, typed, FormErrors(422, wrong=gaps))
    wanted = {**typed, "language": page.language}
    inviting = page.change("POST", f"/{kind}/{identifier(page)}/invitation", wanted, key=page.field("key"))
    trouble = await forms.attempt(page, PERSON, inviting, AT)
    if trouble:
        return await _person_form(page, kind, typed, trouble)
    home = f"/{'clients' if kind == 'clients' else 'revendeurs'}/{identifier(page)}"
    return page.redirect(f"{home}#utilisateurs", flash=_sent(page, typed["email"]))


async def _again(page: Page, person: Any, typed: Mapping[str, str], trouble: FormErrors) -> Response:
    context = {"person": person, "typed": typed, "trouble": trouble, "home": _home(person), "key": _key(page)}
    return await page.render("invitations/again.html", status=trouble.status, **context)


async def _person_form(page: Page, kind: str, typed: Mapping[str, str], trouble: FormErrors) -> Response:
    """A person more; the first of an organisation is its administrator, with the address on file."""
    of = identifier(page)
    organisation = await page.get(f"/{kind}/{of}")
    if kind == "clients" and not organisation["portal_access"]:
        raise ApiRefused(
            409, {"title": page.gettext("L’accès de ce client au portail est fermé."), "code": "portal_closed"}
        )
    people = await page.get(f"/{kind}/{of}/users", limit=200)
    if not typed:
        has_administrator = any(p["role"] == "administrator" and p["status"] == "active" for p in people["items"])
        first = {"email": "" if people["items"] else organisation["email"]}
        typed = {**first, "role": "basic" if has_administrator and kind == "clients" else "administrator"}
    context = {"organisation": organisation, "typed": typed, "trouble": trouble, "key": _key(page)}
    return await page.render("invitations/invite.html", status=trouble.status, kind=kind, **context)


def _home(person: Any) -> str:
    place = "revendeurs" if person["organisation_kind"] == "reseller" else "clients"
    return f"/{place}/{person['organisation_id']}"


def _sent(page: Page, email: str) -> str:
    return page.gettext("Une invitation vient de partir à %(email)s.") % {"email": email}


def _key(page: Page) -> str:
    return page.field("key") or secrets.token_urlsafe(16)
