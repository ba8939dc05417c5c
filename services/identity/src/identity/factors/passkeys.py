"""Passkeys (WebAuthn): the device verifies the person each time, so that one alone is as good as password and code.

``webauthn`` does the cryptography. It does not ask for user verification by itself, and refuses a counter that does not
grow: here it is asked for everywhere, and a counter that falls is noted, because synchronised passkeys count nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

import webauthn
from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from webauthn.helpers import base64url_to_bytes, generate_challenge
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from chassis import audit
from chassis.sql import AnyRow
from identity.factors.errors import PasskeyRefused, TooManyPasskeys
from identity.factors.models import Passkey, PasskeyChallenge
from identity.models import User
from identity.settings import Settings
from web import clock

Purpose = Literal["add", "prove", "second_step", "log_in"]
Json = dict[str, Any]

SITE = "SQP"
MOST = 10
VERIFIED = UserVerificationRequirement.REQUIRED


async def to_add(session: AsyncSession, flow: str, user: User, settings: Settings) -> Json:
    """The options of ``navigator.credentials.create``. Raises TooManyPasskeys."""
    known = await _of(session, user.id)
    if len(known) >= MOST:
        raise TooManyPasskeys(most=MOST)
    options = webauthn.generate_registration_options(
        rp_id=settings.relying_party,
        rp_name=SITE,
        user_id=user.id.bytes,
        user_name=user.login,
        user_display_name=user.full_name or user.login,
        challenge=await _challenge(session, flow, "add", settings),
        timeout=settings.second_step_minutes * 60_000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each.credential_id) for each in known],
    )
    return _json(options)


async def to_show(
    session: AsyncSession, flow: str, purpose: Purpose, settings: Settings, user_id: UUID | None = None
) -> Json:
    """The options of ``navigator.credentials.get``: for the passkeys of a known person, or for any of the site's."""
    known = await _of(session, user_id) if user_id else []
    options = webauthn.generate_authentication_options(
        rp_id=settings.relying_party,
        challenge=await _challenge(session, flow, purpose, settings),
        timeout=settings.second_step_minutes * 60_000,
        allow_credentials=[PublicKeyCredentialDescriptor(id=each.credential_id) for each in known],
        user_verification=VERIFIED,
    )
    return _json(options)


async def add(session: AsyncSession, flow: str, user: User, name: str, credential: Json, settings: Settings) -> None:
    """Raises PasskeyRefused, also for one that is known already."""
    challenge = await _taken(session, flow, "add")
    with _refusing():
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=settings.relying_party,
            expected_origin=settings.origins,
            require_user_verification=True,
        )
    if await session.scalar(select(exists().where(Passkey.credential_id == made.credential_id))):
        raise PasskeyRefused
    session.add(
        Passkey(
            user_id=user.id,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            name=name,
            created_at=clock.now(),
        )
    )
    await session.flush()


async def shown(
    session: AsyncSession,
    flow: str,
    purpose: Purpose,
    credential: Json,
    settings: Settings,
    user_id: UUID | None = None,
) -> UUID:
    """Whose passkey answered the challenge, ``user_id``'s where one is named. Raises PasskeyRefused."""
    challenge = await _taken(session, flow, purpose)
    with _refusing():
        identifier = base64url_to_bytes(credential["rawId"])
    known = select(Passkey).where(Passkey.credential_id == identifier)
    found = await session.scalar(known.with_for_update(key_share=True))
    if found is None or (user_id is not None and found.user_id != user_id):
        raise PasskeyRefused
    with _refusing():
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=settings.relying_party,
            expected_origin=settings.origins,
            credential_public_key=found.public_key,
            # Ours to compare: the library would refuse a counter that stays.
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    if verified.new_sign_count < found.sign_count:
        await _note_copy(session, found)
    found.sign_count, found.last_used_at = verified.new_sign_count, clock.now()
    return found.user_id


async def remove(session: AsyncSession, user: User, identifier: UUID) -> bool:
    """Whether there was one of the person's."""
    mine = (Passkey.id == identifier, Passkey.user_id == user.id)
    return await session.scalar(delete(Passkey).where(*mine).returning(Passkey.id)) is not None


async def has_any(session: AsyncSession, user_id: UUID) -> bool:
    return bool(await session.scalar(select(exists().where(Passkey.user_id == user_id))))


async def listed(reader: AsyncConnection, user_id: UUID | None) -> Sequence[AnyRow]:
    query = select(Passkey.id, Passkey.name, Passkey.created_at, Passkey.last_used_at)
    return (await reader.execute(query.where(Passkey.user_id == user_id).order_by(Passkey.created_at))).all()


@contextmanager
def _refusing() -> Iterator[None]:
    """The library reads what strangers send, and not all that it then raises is its own."""
    try:
        yield
    except Exception as error:
        raise PasskeyRefused from error


async def _of(session: AsyncSession, user_id: UUID) -> Sequence[Passkey]:
    return (await session.scalars(select(Passkey).where(Passkey.user_id == user_id))).all()


async def _challenge(session: AsyncSession, flow: str, purpose: Purpose, settings: Settings) -> bytes:
    """Another one in the place of the one before."""
    expires_at = clock.now() + timedelta(minutes=settings.second_step_minutes)
    values = {"challenge": generate_challenge(), "expires_at": expires_at}
    adding = insert(PasskeyChallenge).values(flow=flow, purpose=purpose, **values)
    await session.execute(adding.on_conflict_do_update(index_elements=["flow", "purpose"], set_=values))
    return values["challenge"]  # type: ignore[return-value]


async def _taken(session: AsyncSession, flow: str, purpose: Purpose) -> bytes:
    """Used up by whatever comes of it. Raises PasskeyRefused."""
    asked = (PasskeyChallenge.flow == flow, PasskeyChallenge.purpose == purpose)
    taking = delete(PasskeyChallenge).where(*asked).returning(PasskeyChallenge.challenge, PasskeyChallenge.expires_at)
    row = (await session.execute(taking)).one_or_none()
    if row is None or row.expires_at <= clock.now():
        raise PasskeyRefused
    return bytes(row.challenge)


async def _note_copy(session: AsyncSession, passkey: Passkey) -> None:
    """A counter that falls may mean a copy of the key."""
    user = await session.get(User, passkey.user_id)
    assert user is not None
    audit.record(
        session,
        "factor.counter",
        organisation_id=user.organisation_id,
        subject=user.id,
        by=user.id,
        about=f"{user.full_name} ({passkey.name})",
    )


def _json(options: Any) -> Json:
    read: Json = json.loads(webauthn.options_to_json(options))
    return read
