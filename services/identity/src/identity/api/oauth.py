"""Tokens for back-office systems: OAuth 2 client credentials (RFC 6749, section 4.4)."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Request

from api.identity import sign_in as schemas
from chassis import audit
from chassis.http.unit_of_work import Session, UnitOfWorkRoute
from identity import auth, queries
from identity.dependencies import ClientInfo, ServicesDep, SigningKey
from identity.errors import InvalidClient, InvalidScope, InvalidTokenRequest, UnsupportedGrantType
from web.auth.principal import Principal

router = APIRouter(prefix="/oauth", tags=["service accounts"], route_class=UnitOfWorkRoute)

FORM = "application/x-www-form-urlencoded"
DOCUMENTED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "enum": ["client_credentials"]},
                        "scope": {"type": "string"},
                        "client_id": {"type": "string"},
                        "client_secret": {"type": "string"},
                    },
                }
            }
        },
    }
}


@router.post("/token", dependencies=[auth.ANYONE_LOGS_IN], openapi_extra=DOCUMENTED)
async def issue_token(
    request: Request, session: Session, services: ServicesDep, origin: ClientInfo, key: SigningKey
) -> schemas.ServiceToken:
    """Credentials by HTTP Basic or in the form; without ``scope`` every scope of the account."""
    form = await _form(request)
    if form.get("grant_type") != "client_credentials":
        raise UnsupportedGrantType if form.get("grant_type") else InvalidTokenRequest
    client_id, secret = _credentials(request, form)
    limits = services.throttle.service_account(client_id, origin.address)
    await services.throttle.count(limits)
    async with services.database.reader() as reader:
        account = await queries.service_account(reader, client_id)
    if not await services.passwords.verify(account.secret_hash if account else None, secret):
        audit.record(session, "service_account.refuse", organisation_id=None, subject=client_id, address=origin.address)
        raise InvalidClient
    assert account is not None
    scopes = _granted(form.get("scope"), account.scopes)
    await services.throttle.forgive(limits)
    access = services.tokens.access(Principal(subject=client_id, scopes=scopes), key)
    return schemas.ServiceToken(access_token=access.token, expires_in=access.lifetime, scope=" ".join(sorted(scopes)))


async def _form(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise InvalidTokenRequest
    try:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=20)
    except ValueError as error:
        raise InvalidTokenRequest from error
    form = dict(pairs)
    if len(form) < len(pairs):  # a repeated parameter (RFC 6749, section 3.2)
        raise InvalidTokenRequest
    return form


def _credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    """ClientInfo the header or from the form, not from both."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    in_form = "client_id" in form or "client_secret" in form
    if scheme.lower() == "basic":
        if "client_secret" in form:
            raise InvalidTokenRequest
        return _basic(encoded)
    if not in_form:
        raise InvalidClient
    return _checked(form.get("client_id", ""), form.get("client_secret", ""))


def _basic(encoded: str) -> tuple[str, str]:
    try:
        client_id, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise InvalidClient from error
    if not colon:
        raise InvalidClient
    return _checked(unquote_plus(client_id), unquote_plus(secret))


def _checked(client_id: str, secret: str) -> tuple[str, str]:
    if not (client_id.isprintable() and 0 < len(client_id) <= 100 and 0 < len(secret) <= 200):
        raise InvalidClient
    return client_id, secret


def _granted(asked: str | None, held: list[str]) -> frozenset[str]:
    wanted = frozenset(asked.split()) if asked else frozenset(held)
    if not wanted <= set(held):
        raise InvalidScope
    return wanted
