"""The people of one's company: invited, changed, disabled and let back in by its administrators."""

from __future__ import annotations

import secrets
from dataclasses import replace

from starlette.responses import Response

from api.identity.people import User, UserCreate, UserPatch
from portal.api_client import ApiRefused
from portal.forms import BARE, Field, Form, FormErrors
from portal.listing import Listing
from portal.page import Page
from portal.pages.proof import proven
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.services import factors, identity
from portal.services.resource import Resource
from portal.translations import N_

blueprint = Blueprint()

USERS = "/parametres/utilisateurs"
COLUMNS = (
    ("last_name", N_("Nom")),
    ("first_name", N_("Prénom")),
    ("role", N_("Type")),
    ("login", N_("Identifiant")),
    ("status", N_("État")),
)
ROLES = {"administrator": N_("Administrateur"), "basic": N_("Basique")}
FORM = Form(
    Field("first_name", N_("Prénom")),
    Field("last_name", N_("Nom")),
    Field("role", N_("Type"), choices=ROLES),
    Field("phone", N_("Téléphone"), needed=False),
    Field("login", N_("Identifiant")),
    Field("email", N_("E-mail")),
    places={
        "login_taken": "login",
        "last_administrator": "role",
        "account_exists": "email",
        "account_disabled": "email",
        "disabled_address": "email",
    },
)
INVITED = N_("Une invitation vient de partir à %(email)s.")
INVITED_AGAIN = N_(
    "%(email)s était déjà une adresse invitée : l’invitation vient de repartir, avec ce que vous avez saisi."
)
TO_CONFIRM = N_("Un lien de confirmation vient de partir à %(email)s.")
BACK_IN = N_("L’accès est rétabli.")
DISABLED = N_("L’accès est désactivé : ses sessions sont fermées.")


@blueprint.get(USERS)
async def list_users(page: Page) -> Response:
    listing = Listing.of(page, USERS, COLUMNS, default_sort="last_name", filters={})
    found = await identity.users(page, **listing.parameters)
    if page.wants("users"):
        return page.fragment("settings/users_table.html", listing=listing, found=found)
    if page.wants("more"):
        return page.fragment("settings/users_rows.html", listing=listing, found=found)
    return await page.render("settings/users.html", listing=listing, found=found)


@blueprint.get(f"{USERS}/nouveau")
@writers()
async def new_user(page: Page) -> Response:
    return await _form(page, FORM.typed(page), FormErrors(200))


@blueprint.post(f"{USERS}/nouveau")
@writers()
async def create_user(page: Page) -> Response:
    typed, gaps = FORM.typed(page), FORM.gaps(page)
    if gaps:
        return await _form(page, typed, gaps)
    wanted = {**typed, "language": page.language}
    try:
        answer = await identity.create_user(page, page.build(UserCreate, wanted), page.field("key"))
    except ApiRefused as refused:
        return await _form(page, typed, FORM.errors(page, refused))
    said = INVITED if answer.status == 201 else INVITED_AGAIN
    return page.redirect(USERS, flash=page.gettext(said) % {"email": typed["email"]})


@blueprint.get(f"{USERS}/{{id:uuid}}")
@writers()
async def edit_user(page: Page) -> Response:
    return await _as_it_stands(page, FormErrors(200))


@blueprint.post(f"{USERS}/{{id:uuid}}")
@writers()
async def change_user(page: Page) -> Response:
    typed, before = FORM.typed(page), await _user(page).get()
    trouble = await FORM.patch(page, _user(page), typed)
    if trouble:
        return await _form(page, typed, trouble, await _user(page).get())
    page.forget()
    said, user = page.gettext("Les modifications sont enregistrées."), await _user(page).get()
    if user.status == "invited" and user.email != before.email:
        said = f"{said} {page.gettext(INVITED) % {'email': user.email}}"
    elif typed["email"] != user.email and user.pending_email:
        said = f"{said} {page.gettext(TO_CONFIRM) % {'email': user.pending_email}}"
    return page.redirect(USERS, flash=said)


@blueprint.post(f"{USERS}/{{id:uuid}}/etat")
@writers()
async def change_status(page: Page) -> Response:
    """Disables the person, or lets the person back in."""
    status = page.field("status")
    trouble = await BARE.patch(page, _user(page), {"status": status})
    if trouble:
        return await _as_it_stands(page, trouble)
    said = BACK_IN if status == "active" else DISABLED
    return page.redirect(USERS, flash=page.gettext(said))


@blueprint.post(f"{USERS}/{{id:uuid}}/facteurs")
@writers()
@proven
async def reset_factors(page: Page) -> Response:
    try:
        await factors.reset(page, page.request.path_params["id"])
    except ApiRefused as refused:
        if refused.code == "proof_needed":
            raise
        return await _as_it_stands(page, BARE.errors(page, refused))
    return page.redirect(USERS, flash=page.gettext("Les seconds facteurs sont remis à zéro, les sessions fermées."))


@blueprint.post(f"{USERS}/{{id:uuid}}/adresse")
@writers()
async def confirm_again(page: Page) -> Response:
    """Asks for the address that waits once more: its link goes out again."""
    user = await _user(page).read()
    email = user.body.pending_email
    try:
        if email:
            await _user(page).patch({"email": email}, user.etag)
    except ApiRefused as refused:
        return await _as_it_stands(page, BARE.errors(page, refused))
    return page.redirect(USERS, flash=page.gettext(TO_CONFIRM) % {"email": email} if email else "")


@blueprint.post(f"{USERS}/{{id:uuid}}/invitation")
@writers()
async def invite_again(page: Page) -> Response:
    whom, key = page.request.path_params["id"], page.field("key")
    trouble = await BARE.attempt(page, lambda: identity.invite_user_again(page, whom, key))
    if trouble:
        return await _as_it_stands(page, trouble)
    return page.redirect(USERS, flash=page.gettext("Une nouvelle invitation vient de partir."))


async def _as_it_stands(page: Page, trouble: FormErrors) -> Response:
    """At first, and after a refusal of what is beside the form: it shows the person as it is now."""
    user = await _user(page).read()
    return await _form(page, user.body, replace(trouble, etag=user.etag), user.body)


async def _form(page: Page, values: object, trouble: FormErrors, user: User | None = None) -> Response:
    """``user`` is who is changed, as the service knows the person."""
    key = page.field("key") or secrets.token_urlsafe(16)
    context = {"values": values, "trouble": trouble, "user": user, "key": key}
    return await page.render("settings/user.html", context, status=trouble.status)


def _user(page: Page) -> Resource[User, UserPatch]:
    return identity.user(page, page.request.path_params["id"])
