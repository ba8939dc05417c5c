"""One's own second factors: added, proven, removed. Each change ends the person's other sessions and is told by
mail."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import audit
from chassis.audit import By
from chassis.messaging import outbox
from events.identity import FactorChange
from identity import event_mapper, vault
from identity.errors import WrongPassword
from identity.factors import codes, passkeys, repository
from identity.factors.errors import (
    CodeNeeded,
    NoEnrolment,
    NoSecondFactor,
    PasskeyNotFound,
    SecondFactorRequired,
    WrongCode,
)
from identity.models import Organisation, User
from identity.service import actors, sessions
from identity.settings import Settings
from web import clock
from web.auth.principal import Principal


async def accept(session: AsyncSession, user: User, of: Organisation, code: str, settings: Settings) -> str | None:
    """Takes a code of the locked person's application, or a recovery code: each is good once. Which of the two it was;
    None for a wrong or used one."""
    plain, now = codes.plain(code), clock.now()
    if not codes.is_of_application(plain):
        if not await repository.take_recovery_code(session, user.id, codes.digest(plain), now):
            return None
        left = await repository.recovery_codes_left(session, user.id)
        tell(session, user, of, "recovery_code_used", by=user.id, left=left)
        return "recovery_code"
    known = await repository.authenticator(session, user.id)
    step = codes.step(_opened(known.sealed_secret, settings), plain, now) if known else None
    if step is None or not await repository.take_step(session, user.id, step):
        return None
    return "application"


async def prove(
    session: AsyncSession,
    principal: Principal,
    known_hash: str | None,
    code: str | None,
    passkey: passkeys.Json | None,
    settings: Settings,
    *,
    matches: bool,
) -> None:
    """Notes in the session that the person was asked again. Raises WrongPassword, CodeNeeded, WrongCode; ``known_hash``
    is what the password was verified against, outside this transaction."""
    now = await actors.lock(session, principal)
    user, of = now.user, now.organisation
    if not matches or user.password_hash != known_hash:
        raise WrongPassword
    if user.second_factor and passkey:
        await passkeys.shown(session, str(now.session.id), "prove", passkey, settings, user.id)
    elif user.second_factor:
        if not code:
            raise CodeNeeded
        if await accept(session, user, of, code, settings) is None:
            refuse(session, user, of)
            raise WrongCode
    now.session.proven_at = clock.now()
    audit.record(session, "session.prove", organisation_id=of.id, subject=user.id, by=principal, about=user.full_name)


async def begin(session: AsyncSession, flow: UUID, user: User, settings: Settings) -> str:
    """The secret of an application to add, the same while it waits for its first code."""
    now = clock.now()
    known = await repository.enrolment(session, flow, now)
    if known is not None:
        return _opened(known.sealed_secret, settings)
    secret = codes.secret()
    sealed = vault.seal(settings, "identity second factors", secret)
    expires_at = now + timedelta(minutes=settings.enrolment_minutes)
    await repository.put_enrolment(session, flow, user.id, sealed, expires_at)
    return secret


async def confirm(
    session: AsyncSession, flow: UUID, user: User, of: Organisation, code: str, settings: Settings, by: By
) -> list[str]:
    """The application counts from its first right code on, in the place of the one before. The first recovery codes,
    empty where the person has some. Raises NoEnrolment, WrongCode."""
    now = clock.now()
    known = await repository.enrolment(session, flow, now)
    if known is None:
        raise NoEnrolment
    step = codes.step(_opened(known.sealed_secret, settings), codes.plain(code), now)
    if step is None:
        refuse(session, user, of)
        raise WrongCode
    await repository.put_authenticator(session, user.id, known.sealed_secret, step, now)
    await repository.drop_enrolments(session, user.id)
    await repository.drop_waiting(session, User.id == user.id)
    user.set_second_factor(has_one=True)
    tell(session, user, of, "application_added", by=by)
    return [] if await repository.recovery_codes_left(session, user.id) else await _new_codes(session, user)


async def confirm_own(session: AsyncSession, principal: Principal, code: str, settings: Settings) -> list[str]:
    now = await actors.lock(session, principal)
    made = await confirm(session, now.session.id, now.user, now.organisation, code, settings, principal)
    await _end_others(session, now.user, principal)
    return made


async def remove_application(session: AsyncSession, principal: Principal) -> None:
    """With the last factor the recovery codes go, too. Raises NoSecondFactor, SecondFactorRequired."""
    now = await actors.lock(session, principal)
    user, of = now.user, now.organisation
    if await repository.authenticator(session, user.id) is None:
        raise NoSecondFactor
    await repository.drop_authenticator(session, user.id)
    await _removed(session, user, of, principal, "application_removed")


async def add_passkey(
    session: AsyncSession, principal: Principal, name: str, credential: passkeys.Json, settings: Settings
) -> list[str]:
    """The first recovery codes, empty where the person has some. Raises PasskeyRefused."""
    now = await actors.lock(session, principal)
    user, of = now.user, now.organisation
    await passkeys.add(session, str(now.session.id), user, name, credential, settings)
    user.set_second_factor(has_one=True)
    await _end_others(session, user, principal)
    tell(session, user, of, "passkey_added", by=principal)
    return [] if await repository.recovery_codes_left(session, user.id) else await _new_codes(session, user)


async def remove_passkey(session: AsyncSession, principal: Principal, identifier: UUID) -> None:
    """Raises PasskeyNotFound, SecondFactorRequired."""
    now = await actors.lock(session, principal)
    if not await passkeys.remove(session, now.user, identifier):
        raise PasskeyNotFound
    await _removed(session, now.user, now.organisation, principal, "passkey_removed")


async def _removed(
    session: AsyncSession, user: User, of: Organisation, principal: Principal, change: FactorChange
) -> None:
    """With the last factor the recovery codes go, too, unless the organisation asks for one."""
    has_one = await repository.authenticator(session, user.id) is not None or await passkeys.has_any(session, user.id)
    if not has_one:
        if of.second_factor_required:
            raise SecondFactorRequired
        await repository.drop_factors(session, user.id)
    user.set_second_factor(has_one=has_one)
    await _end_others(session, user, principal)
    tell(session, user, of, change, by=principal)


async def renew_recovery_codes(session: AsyncSession, principal: Principal) -> list[str]:
    """Those before are good no more. Raises NoSecondFactor."""
    now = await actors.lock(session, principal)
    if not now.user.second_factor:
        raise NoSecondFactor
    made = await _new_codes(session, now.user)
    tell(session, now.user, now.organisation, "recovery_codes_made", by=principal)
    return made


async def reset(session: AsyncSession, user: User, of: Organisation, by: By) -> None:
    """Takes everything from a locked person who cannot log in any more: the password alone opens the account again, or
    leads to another factor where the organisation asks for one."""
    await repository.drop_factors(session, user.id)
    user.set_second_factor(has_one=False)
    await sessions.revoke(session, "factors_reset", clock.now(), of=User.id == user.id)
    tell(session, user, of, "factors_reset", by=by)


def tell(
    session: AsyncSession, user: User, of: Organisation, change: FactorChange, *, by: By, left: int | None = None
) -> None:
    """By mail, whatever the person's preferences, and on record."""
    outbox.add(session, event_mapper.second_factor_changed(user, of, change, clock.now(), left))
    audit.record(session, f"factor.{change}", organisation_id=of.id, subject=user.id, by=by, about=user.full_name)


def refuse(session: AsyncSession, user: User, of: Organisation) -> None:
    """A wrong code on record."""
    audit.record(session, "factor.refuse", organisation_id=of.id, subject=user.id, by=user.id, about=user.full_name)


async def _new_codes(session: AsyncSession, user: User) -> list[str]:
    made = codes.recovery_codes()
    await repository.put_recovery_codes(session, user.id, map(codes.digest, made))
    return made


async def _end_others(session: AsyncSession, user: User, principal: Principal) -> None:
    await sessions.revoke(session, "factors_changed", clock.now(), of=User.id == user.id, but=principal.session_id)


def _opened(sealed: str, settings: Settings) -> str:
    return str(vault.unseal(settings, "identity second factors", sealed))
