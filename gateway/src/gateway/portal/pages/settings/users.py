"""The people of one's company: invited, changed, disabled and let back in by its administrators."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.responses import Response

from gateway.portal import forms
from gateway.portal.forms import Field, Trouble
from gateway.portal.listing import Listing
from gateway.portal.pages.settings.rights import writers_only
from gateway.portal.site import Page, Section
from gateway.portal.translations import later

section = Section()

USERS = "/parametres/utilisateurs"
COLUMNS = (
    ("last_name", later("Nom")),
    ("first_name", later("Prénom")),
    ("role", later("Type")),
    ("login", later("Identifiant")),
    ("status", later("État")),
)
ROLES = {"administrator": later("Administrateur"), "basic": later("Basique")}
FIELDS = (
    Field("first_name", later("Prénom")),
    Field("last_name", later("Nom")),
    Field("role", later("Type"), choices=ROLES),
    Field("phone", later("Téléphone"), needed=False),
    Field("login", later("Identifiant")),
    Field("email", later("Email")),
)
BACK_IN = later("L’accès est rétabli.")
DISABLED = later("L’accès est désactivé : ses sessions sont fermées.")
AT = {"login_taken": "login", "last_administrator": "role"}


@section.get(USERS)
async def list_users(page: Page) -> Response:
    listing = Listing.of(page, USERS, COLUMNS, default_sort="last_name", filters={})
    found = await page.get("/users", **listing.parameters)
    if page.wants("users"):
        return page.fragment("settings/users_table.html", listing=listing, found=found)
    if page.wants("more"):
        return page.fragment("settings/users_rows.html", listing=listing, found=found)
    return await page.render("settings/users.html", listing=listing, found=found)


@section.get(f"{USERS}/nouveau")
async def new_user(page: Page) -> Response:
    writers_only(page)
    blank = {field.name: "" for field in FIELDS}
    return await _form(page, blank, Trouble(200))


@section.post(f"{USERS}/nouveau")
async def create_user(page: Page) -> Response:
    typed = forms.typed(page, FIELDS)
    gaps = forms.missing(page, FIELDS)
    if gaps:
        return await _form(page, typed, Trouble(422, wrong=gaps))
    wanted = {**typed, "language": page.language}
    creation = page.change("POST", "/users", wanted, key=page.field("key"))
    trouble = await forms.attempt(page, FIELDS, creation, AT)
    if trouble:
        return await _form(page, typed, trouble)
    sent = page.gettext("Une invitation vient de partir à %(email)s.") % {"email": typed["email"]}
    return page.redirect(USERS, flash=sent)


@section.get(f"{USERS}/{{id:uuid}}")
async def edit_user(page: Page) -> Response:
    writers_only(page)
    user = await page.ask("GET", _path(page))
    return await _form(page, user.body, Trouble(200, etag=user.etag), user.body)


@section.post(f"{USERS}/{{id:uuid}}")
async def change_user(page: Page) -> Response:
    typed = forms.typed(page, FIELDS)
    trouble = await forms.patch(page, _path(page), FIELDS, typed, AT)
    if trouble:
        return await _form(page, typed, trouble, await page.get(_path(page)))
    page.forget()
    return page.redirect(USERS, flash=page.gettext("Les modifications sont enregistrées."))


@section.post(f"{USERS}/{{id:uuid}}/etat")
async def change_status(page: Page) -> Response:
    """Disables the person, or lets the person back in."""
    status = page.field("status")
    trouble = await forms.patch(page, _path(page), (), {"status": status})
    if trouble:
        return await _as_it_stands(page, trouble)
    said = BACK_IN if status == "active" else DISABLED
    return page.redirect(USERS, flash=page.gettext(said))


@section.post(f"{USERS}/{{id:uuid}}/invitation")
async def invite_again(page: Page) -> Response:
    trouble = await forms.attempt(page, (), page.change("POST", f"{_path(page)}/invitation", key=page.field("key")))
    if trouble:
        return await _as_it_stands(page, trouble)
    return page.redirect(USERS, flash=page.gettext("Une nouvelle invitation vient de partir."))


async def _as_it_stands(page: Page, trouble: Trouble) -> Response:
    """After a refusal of what is beside the form, which shows the person as it is now."""
    user = await page.ask("GET", _path(page))
    shown = Trouble(trouble.status, trouble.title, trouble.wrong, user.etag)
    return await _form(page, user.body, shown, user.body)


async def _form(page: Page, values: Any, trouble: Trouble, user: Any = None) -> Response:
    """``user`` is who is changed, as the service knows the person."""
    key = page.field("key") or secrets.token_urlsafe(16)
    context = {"values": values, "trouble": trouble, "user": user, "key": key}
    return await page.render("settings/user.html", status=trouble.status, **context)


def _path(page: Page) -> str:
    return f"/users/{page.request.path_params['id']}"
