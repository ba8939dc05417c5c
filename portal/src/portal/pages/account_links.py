"""What begins or ends with an e-mail: a forgotten password, an activation, the sign-up of an end client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response

from api.identity.sign_in import Activate, Forgot, LinkToFollow, Register, Reset
from portal import forms
from portal.api_client import ApiRefused
from portal.forms import BARE, Field, Form, FormErrors
from portal.page import Page
from portal.pages import entering, mailed_links
from portal.router import LOGIN, Blueprint
from portal.services import sign_in
from portal.translations import N_

blueprint = Blueprint()

PASSWORD_REFUSALS = {
    "password_too_short": "password",
    "password_too_common": "password",
    "password_names_user": "password",
    "login_taken": "login",
}
FORGOTTEN = Form(Field("login", N_("Identifiant ou e-mail")))
RESET = Form(Field("password", N_("Nouveau mot de passe")), places=PASSWORD_REFUSALS)
ACTIVATION = Form(
    Field("first_name", N_("Prénom")),
    Field("last_name", N_("Nom")),
    Field("login", N_("Identifiant")),
    Field("password", N_("Mot de passe")),
    places=PASSWORD_REFUSALS,
)
SIGN_UP = Form(
    Field("contract_number", N_("N° de contrat")),
    Field("serial_number", N_("N° de série")),
    Field("email", N_("E-mail")),
    Field("first_name", N_("Prénom"), needed=False),
    Field("last_name", N_("Nom"), needed=False),
)


@dataclass(frozen=True)
class LinkPage:
    """A kind of link: what says whose account is behind one, and the page that shows it."""

    account_of: Callable[[Page, LinkToFollow], Awaitable[object]]
    template: str


TO_RESET = LinkPage(sign_in.recovery, "account/reset.html")
TO_ACTIVATE = LinkPage(sign_in.activation, "account/activation.html")
TO_CONFIRM = LinkPage(sign_in.email_change, "account/email.html")


@blueprint.get("/mot-de-passe-oublie", is_open=True)
async def forgotten_form(page: Page) -> Response:
    return await _show(page, "forgotten", FORGOTTEN)


@blueprint.post("/mot-de-passe-oublie", is_open=True)
async def forgotten(page: Page) -> Response:
    asked = FORGOTTEN.typed(page)
    return await _ask(page, "forgotten", FORGOTTEN, lambda: sign_in.forgot(page, page.build(Forgot, asked)))


@blueprint.get("/mot-de-passe-oublie/envoye", is_open=True)
async def forgotten_sent(page: Page) -> Response:
    return await page.render("account/forgotten_sent.html")


@blueprint.get("/creer-un-compte", is_open=True)
async def sign_up_form(page: Page) -> Response:
    return await _show(page, "sign_up", SIGN_UP)


@blueprint.post("/creer-un-compte", is_open=True)
async def sign_up(page: Page) -> Response:
    asked = {**SIGN_UP.typed(page), "language": page.language}
    return await _ask(page, "sign_up", SIGN_UP, lambda: sign_in.register(page, page.build(Register, asked)))


@blueprint.get("/creer-un-compte/envoye", is_open=True)
async def sign_up_sent(page: Page) -> Response:
    return await page.render("account/sign_up_sent.html")


@blueprint.get("/mot-de-passe", is_open=True)
async def reset_form(page: Page) -> Response:
    return await _opened(page, TO_RESET)


@blueprint.post("/mot-de-passe", is_open=True)
async def reset(page: Page) -> Response:
    token = mailed_links.token_of(page)
    gaps = RESET.gaps(page)
    if gaps:
        return await _shown(page, TO_RESET, token, gaps)
    chosen = {"token": token, "password": _password(page)}
    try:
        done = await sign_in.reset(page, page.build(Reset, chosen))
    except ApiRefused as refused:
        if refused.code == "link_invalid":
            return await _link_over(page)
        return await _shown(page, TO_RESET, token, RESET.errors(page, refused))
    return await _enter(page, done.login, page.gettext("Votre mot de passe est changé."))


@blueprint.get("/nouvelle-adresse", is_open=True)
async def email_form(page: Page) -> Response:
    return await _opened(page, TO_CONFIRM)


@blueprint.post("/nouvelle-adresse", is_open=True)
async def confirm_email(page: Page) -> Response:
    """The address is confirmed by the button, not by opening the link: mail scanners open links, too."""
    token = mailed_links.token_of(page)
    try:
        done = await sign_in.confirm_email(page, page.build(LinkToFollow, {"token": token}))
    except ApiRefused as refused:
        if refused.code == "link_invalid":
            return await _link_over(page)
        return await _shown(page, TO_CONFIRM, token, BARE.errors(page, refused))
    page.forget()
    said = page.gettext("Votre adresse e-mail est désormais %(email)s.") % {"email": done.email}
    if page.person and page.person.user_id != done.user_id:
        named = {"login": done.login, "email": done.email}
        said = page.gettext("L’adresse e-mail du compte %(login)s est désormais %(email)s.") % named
    return mailed_links.left(page, page.redirect("/parametres" if page.person else LOGIN, flash=said))


@blueprint.get("/activation", is_open=True)
async def activation_form(page: Page) -> Response:
    return await _opened(page, TO_ACTIVATE)


@blueprint.post("/activation", is_open=True)
async def activate(page: Page) -> Response:
    token = mailed_links.token_of(page)
    gaps = ACTIVATION.gaps(page)
    if gaps:
        return await _shown(page, TO_ACTIVATE, token, gaps)
    chosen = {**ACTIVATION.typed(page), "token": token, "password": _password(page)}
    try:
        done = await sign_in.activate(page, page.build(Activate, chosen))
    except ApiRefused as refused:
        if refused.code == "link_invalid":
            return await _link_over(page, token)
        return await _shown(page, TO_ACTIVATE, token, ACTIVATION.errors(page, refused))
    return await _enter(page, done.login, page.gettext("Votre compte est activé. Bienvenue !"))


@blueprint.post("/activation/nouveau-lien", is_open=True)
async def send_again(page: Page) -> Response:
    """One answer whatever the case."""
    link = {"token": mailed_links.token_of(page)}
    try:
        await sign_in.send_activation_again(page, page.build(LinkToFollow, link))
    except ApiRefused as refused:
        if refused.status == 429:
            return await page.render("account/throttled.html", status=429, sentence=forms.sentence(page, refused))
        return await _link_over(page)
    return page.redirect("/activation/nouveau-lien")


@blueprint.get("/activation/nouveau-lien", is_open=True)
async def sent_again(page: Page) -> Response:
    return await page.render("account/link_sent.html")


async def _ask(page: Page, name: str, form: Form, change: Callable[[], Awaitable[object]]) -> Response:
    """One answer whatever the case: it leads to a page that says what happens now."""
    failed = await form.attempt(page, change)
    if failed:
        return await _show(page, name, form, failed)
    return page.redirect(f"{page.request.url.path}/envoye")


async def _show(page: Page, name: str, form: Form, failed: FormErrors | None = None) -> Response:
    shown = failed or FormErrors(200)
    return await page.render(f"account/{name}.html", status=shown.status, values=form.typed(page), failed=shown)


async def _opened(page: Page, link: LinkPage) -> Response:
    """The page that a link leads to: the address with its token first, then the one without."""
    if page.query("token"):
        return mailed_links.without_token(page)
    return await _shown(page, link, mailed_links.token_of(page))


async def _shown(page: Page, link: LinkPage, token: str, failed: FormErrors | None = None) -> Response:
    """Whose account it is comes from the link each time; what was typed stays."""
    if not token:
        return await _link_over(page)
    try:
        account_of = await link.account_of(page, page.build(LinkToFollow, {"token": token}))
    except ApiRefused as refused:
        if refused.status == 429:
            return await page.render("account/throttled.html", status=429, sentence=forms.sentence(page, refused))
        return await _link_over(page, token)
    shown = failed or FormErrors(200)
    values = ACTIVATION.typed(page) if failed else account_of
    context = {"token": token, "account": account_of, "values": values, "failed": shown}
    return await page.render(link.template, context, status=shown.status)


async def _link_over(page: Page, token: str = "") -> Response:
    """``token`` is one of an invitation, which can be sent again to the same person."""
    context = {"path": page.request.url.path, "token": token}
    response = await page.render("account/link_over.html", context, status=410)
    return mailed_links.left(page, response)


async def _enter(page: Page, login: str, flash: str) -> Response:
    """Logged in at once; where that fails, the log-in page waits with the log-in filled in."""
    try:
        response = await entering.enter(page, login, _password(page), flash=flash)
    except ApiRefused:
        response = page.redirect(f"{LOGIN}?identifiant={login}", flash=flash)
    return mailed_links.left(page, response)


def _password(page: Page) -> str:
    """Not cleaned as other fields are: the service judges it as it was typed."""
    return str(page.form.get("password", ""))
