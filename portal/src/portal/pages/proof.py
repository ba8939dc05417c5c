"""Asks a person who is logged in for the password and a second factor again, before what guards the account changes."""

from __future__ import annotations

from functools import wraps

from starlette.responses import Response

from api.identity.factors import Proof
from portal import passkeys, paths
from portal.api_client import ApiRefused
from portal.form_parser import CSRF_FIELD
from portal.forms import FINE, Field, Form, FormErrors
from portal.page import Page
from portal.router import Blueprint, Handler
from portal.services import factors
from portal.translations import N_

blueprint = Blueprint()

PROOF = "/parametres/confirmation"
OWN = (CSRF_FIELD, "password", "code", "suite", "credential")
FORM = Form(
    Field("password", N_("Mot de passe")),
    Field("code", N_("Code"), needed=False),
    places={"wrong_password": "password", "code_needed": "code", "wrong_code": "code", "passkey_refused": "code"},
)


def proven(handler: Handler) -> Handler:
    """For what the service refuses without a fresh proof: the proof is asked for first, and the form sent again."""

    @wraps(handler)
    async def asked_first(page: Page) -> Response:
        try:
            return await handler(page)
        except ApiRefused as refused:
            if refused.code != "proof_needed":
                raise
            return await _ask(page, page.request.url.path, FINE)

    return asked_first


@blueprint.post(PROOF)
async def prove(page: Page) -> Response:
    path = paths.local(page.field("suite"))
    # Not cleaned as other fields are: the service judges a password as it was typed.
    given = {
        "password": str(page.form.get("password", "")),
        "code": page.field("code") or None,
        "passkey": passkeys.typed(page),
    }
    trouble = await FORM.attempt(page, lambda: factors.prove(page, page.build(Proof, given)))
    if trouble:
        return await _ask(page, path, trouble)
    return page.resend(path) if path.startswith("/parametres/") else page.redirect("/parametres")


async def _ask(page: Page, path: str, trouble: FormErrors) -> Response:
    own = await factors.own(page)
    options = passkeys.written(await factors.begin_proof(page)) if own.passkeys else ""
    has_factor = own.application_since is not None or bool(own.passkeys)
    # What the form asked goes along, and is sent again with the proof.
    carried = [(name, value) for name, value in page.form.multi_items() if name not in OWN and isinstance(value, str)]
    context = {"suite": path, "has_factor": has_factor, "trouble": trouble, "carried": carried, "options": options}
    return await page.render("settings/proof.html", context, status=trouble.status)
