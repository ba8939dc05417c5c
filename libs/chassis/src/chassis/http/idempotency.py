"""Idempotency-Key: the same key with the same body gets the same answer; with another body, a refusal."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.tables import IdempotencyRecord
from web.auth.principal import Principal
from web.auth.rules import authenticate
from web.errors import Conflict, Problem
from web.i18n import text as sentence

HEADER = "idempotency-key"
MAX_LENGTH = 255
KEY = re.compile(f"[ -~]{{1,{MAX_LENGTH}}}")
EXEMPT_PREFIXES = ("/api/v1/auth/", "/api/v1/oauth/")
KEPT_HEADERS = ("content-type", "etag", "location")


class KeyReused(Problem):
    status = 422
    code = "idempotency_key_reused"
    message = sentence(
        "Cette clé d’idempotence a déjà servi pour un autre envoi.", "This idempotency key was used for another body."
    )


class KeyMalformed(Problem):
    status = 422
    code = "idempotency_key_malformed"
    message = sentence(
        "La clé d’idempotence fait de 1 à 255 caractères ASCII visibles.",
        "An idempotency key has 1 to 255 visible ASCII characters.",
    )


class RequestInFlight(Conflict):
    code = "request_in_flight"
    message = sentence("Le même envoi est déjà en cours.", "The same request is already under way.")


async def answer(session: AsyncSession, request: Request, handle: Callable[[Request], Awaitable[Response]]) -> Response:
    """Runs ``handle`` once per key; replays the stored answer otherwise."""
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST" or request.url.path.startswith(EXEMPT_PREFIXES):
        return await handle(request)
    where = scope(request, await authenticate(request))
    fingerprint = hashlib.sha256(await request.body()).hexdigest()
    await claim(session, where, key)
    stored = await replay(session, where, key, fingerprint)
    if stored is not None:
        return stored
    response = await handle(request)
    remember(session, where, key, fingerprint, response)
    return response


def scope(request: Request, principal: Principal) -> str:
    """What a key belongs to: its caller and the whole target."""
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{principal.tenant} {target}"


async def claim(session: AsyncSession, scope: str, key: str) -> None:
    """Takes the key for this transaction; raises RequestInFlight when another holds it, KeyMalformed."""
    if not KEY.fullmatch(key):
        raise KeyMalformed
    lock = int.from_bytes(hashlib.sha256(f"{scope}\0{key}".encode()).digest()[:8], signed=True)
    if not await session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": lock}):
        raise RequestInFlight(headers={"Retry-After": "1"})


async def replay(session: AsyncSession, scope: str, key: str, fingerprint: str) -> Response | None:
    """The stored answer, if any; raises KeyReused when the body differs."""
    query = select(IdempotencyRecord).where(IdempotencyRecord.scope == scope, IdempotencyRecord.key == key)
    record = await session.scalar(query)
    if record is None:
        return None
    if record.fingerprint != fingerprint:
        raise KeyReused
    return Response(record.body, record.status, {**record.headers, "idempotency-replayed": "true"})


def remember(session: AsyncSession, scope: str, key: str, fingerprint: str, response: Response) -> None:
    headers = {name: value for name, value in response.headers.items() if name in KEPT_HEADERS}
    body = bytes(response.body)
    session.add(
        IdempotencyRecord(
            scope=scope, key=key, fingerprint=fingerprint, status=response.status_code, headers=headers, body=body
        )
    )


async def _documented(
    idempotency_key: Annotated[str | None, Header(max_length=MAX_LENGTH, description="Makes a retry safe.")] = None,
) -> None:
    """Only documents the header; the route class does the work."""


Documented = Depends(_documented)
