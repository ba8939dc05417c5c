"""Pages of invitations in a client or reseller that one manages: list, send the link again, invite one more."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from starlette.responses import Response

from api.identity.invitations import Invitation, Invite, SendAgain
from portal.api_client import ApiRefused
from portal.forms import Field, Form, FormErrors
from portal.identifiers import identifier
from portal.listing import Listing
from portal.page import Page
from portal.pages import list_page
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.services import identity
from portal.translations import N_

blueprint = Blueprint()

COLUMNS = (("created_at", N_("Invité le")),)
STATES = {
    "": N_("Toutes"),
    "pending": N_("En attente"),
    "expired": N_("Lien expiré"),
    "failed": N_("E-mail non remis"),
}
EMAIL = Field("email", N_("E-mail"))
KNOWN = {"account_exists": "email", "account_disabled": "email"}
ADDRESS = Form(EMAIL, places=KNOWN)
PERSON = Form(
    EMAIL,
    Field("first_name", N_("Prénom"), needed=False),
    Field("last_name", N_("Nom"), needed=False),
    Field("role", N_("Type")),
    places=KNOWN,
)


@blueprint.get("/invitations")
async def list_invitations(page: Page) -> Response:
    filters = {"state": [state for state in STATES if state]}
    listing = Listing.of(page, "/invitations", COLUMNS, default_sort="-created_at", filters=filters)
    found = await identity.invitations(page, **listing.parameters)
    return await list_page.show(page, "invitations", listing=listing, found=found, states=STATES)


@blueprint.get("/invitations/{id}")
@writers("reseller", "sqp")
async def invitation_form(page: Page) -> Response:
    person = await identity.invitation(page, identifier(page))
    return await _again(page, person, {"email": person.email}, FormErrors(200))


@blueprint.post("/invitations/{id}")
@writers("reseller", "sqp")
async def send_again(page: Page) -> Response:
    """The link again, to the address as it is typed now."""
    person, typed = await identity.invitation(page, identifier(page)), ADDRESS.typed(page)
    trouble = await ADDRESS.attempt(
        page,
        lambda: identity.send_invitation_again(page, person.id, page.build(SendAgain, typed), page.field("key")),
    )
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
    of, typed = identifier(page), PERSON.typed(page)
    wanted = {**typed, "language": page.language}
    trouble = await PERSON.attempt(
        page, lambda: identity.invite(page, kind, of, page.build(Invite, wanted), page.field("key"))
    )
    if trouble:
        return await _person_form(page, kind, typed, trouble)
    home = f"/{'clients' if kind == 'clients' else 'revendeurs'}/{of}"
    return page.redirect(f"{home}#utilisateurs", flash=_sent(page, typed["email"]))


async def _again(page: Page, person: Invitation, typed: Mapping[str, str], trouble: FormErrors) -> Response:
    context = {"person": person, "typed": typed, "trouble": trouble, "home": _home(person), "key": _key(page)}
    return await page.render("invitations/again.html", context, status=trouble.status)


async def _person_form(page: Page, kind: str, typed: Mapping[str, str], trouble: FormErrors) -> Response:
    """A person more; the first of an organisation is its administrator, with the address on file."""
    of = identifier(page)
    organisation = await (identity.client(page, of).get() if kind == "clients" else identity.reseller(page, of))
    if kind == "clients" and not organisation.portal_access:
        raise ApiRefused(
            409, {"title": page.gettext("L’accès de ce client au portail est fermé."), "code": "portal_closed"}
        )
    people = (await identity.people(page, kind, of)).items
    if not typed:
        has_administrator = any(each.role == "administrator" and each.status == "active" for each in people)
        role = "basic" if has_administrator and kind == "clients" else "administrator"
        typed = {"email": "" if people else organisation.email, "role": role}
    context = {"organisation": organisation, "typed": typed, "trouble": trouble, "key": _key(page)}
    return await page.render("invitations/invite.html", context, status=trouble.status, kind=kind)


def _home(person: Invitation) -> str:
    place = "revendeurs" if person.organisation_kind == "reseller" else "clients"
    return f"/{place}/{person.organisation_id}"


def _sent(page: Page, email: str) -> str:
    return page.gettext("Une invitation vient de partir à %(email)s.") % {"email": email}


def _key(page: Page) -> str:
    return page.field("key") or secrets.token_urlsafe(16)
