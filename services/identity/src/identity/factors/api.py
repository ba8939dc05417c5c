"""One's own second factors. A basic user has them, too.

All of it is below /auth, where no answer is kept for an Idempotency-Key: these hold secrets, and proofs count once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter

from api.identity import factors as schemas
from chassis.http.unit_of_work import Reader, Session, UnitOfWorkRoute
from identity import auth, queries
from identity.dependencies import ServicesDep
from identity.factors import codes, passkeys, repository, service
from identity.service import actors
from web import clock

router = APIRouter(prefix="/auth", tags=["second factors"], route_class=UnitOfWorkRoute)


@router.get("/factors")
async def get_factors(principal: auth.Person, reader: Reader, services: ServicesDep) -> schemas.Factors:
    row = await repository.factors(reader, principal.user_id, principal.session_id)
    until = row.proven_at + timedelta(minutes=services.settings.fresh_minutes) if row.proven_at else None
    keys = await passkeys.listed(reader, principal.user_id)
    return schemas.Factors(
        passkeys=[schemas.OwnPasskey.model_validate(each) for each in keys],
        application_since=row.application_since,
        recovery_codes_left=row.recovery_codes_left,
        proven_until=until if until and until > clock.now() else None,
    )


@router.post("/proof", status_code=204)
async def prove(
    body: schemas.Proof, principal: auth.PersonWithPassword, session: Session, services: ServicesDep
) -> None:
    """The password, and a second factor where the person has one, again: for some minutes the session may change what
    guards the account."""
    limits = services.throttle.reauthentication(principal.session_id)
    await services.throttle.count(limits)
    async with services.database.reader() as reader:
        known = await queries.password_hash(reader, principal.user_id)
    password_hash = known.password_hash if known else None
    matches = await services.passwords.verify(password_hash, body.password.get_secret_value())
    tried = services.throttle.second_factor(principal.user_id, principal.session_id)
    if matches and body.code:
        await services.throttle.count(tried)
    await service.prove(session, principal, password_hash, body.code, body.passkey, services.settings, matches=matches)
    await services.throttle.forgive(limits)
    if body.code:
        await services.throttle.forgive(tried)


@router.post("/proof/passkey")
async def ask_for_proof(principal: auth.Person, session: Session, services: ServicesDep) -> schemas.PasskeyOptions:
    """What a passkey of the caller has to sign for a proof."""
    now = await actors.lock(session, principal)
    flow, settings = str(now.session.id), services.settings
    return schemas.PasskeyOptions(options=await passkeys.to_show(session, flow, "prove", settings, now.user.id))


@router.post("/factors/passkeys/options")
async def begin_passkey(
    principal: auth.ProvenPerson, session: Session, services: ServicesDep
) -> schemas.PasskeyOptions:
    """For a passkey to add, good once, for some minutes."""
    now = await actors.lock(session, principal)
    options = await passkeys.to_add(session, str(now.session.id), now.user, services.settings)
    return schemas.PasskeyOptions(options=options)


@router.post("/factors/passkeys")
async def add_passkey(
    body: schemas.PasskeyAdd, principal: auth.Person, session: Session, services: ServicesDep
) -> schemas.RecoveryCodes:
    """A second factor, and a log-in without a password; the person's other sessions end. With the first factor come
    recovery codes."""
    made = await service.add_passkey(session, principal, body.name, body.credential, services.settings)
    return schemas.RecoveryCodes(codes=made)


@router.delete("/factors/passkeys/{identifier}", status_code=204)
async def remove_passkey(identifier: UUID, principal: auth.ProvenPerson, session: Session) -> None:
    """The person's other sessions end."""
    await service.remove_passkey(session, principal, identifier)


@router.post("/factors/application")
async def enrol(principal: auth.ProvenPerson, session: Session, services: ServicesDep) -> schemas.Enrolment:
    """The secret for an authenticator application: the same until the application has shown a right code, or its time
    is over. The application that is there stays good until then."""
    now = await actors.lock(session, principal)
    secret = await service.begin(session, now.session.id, now.user, services.settings)
    return schemas.Enrolment(secret=secret, uri=codes.uri(secret, now.user.login))


@router.post("/factors/application/confirm")
async def confirm(
    body: schemas.EnrolmentCode, principal: auth.Person, session: Session, services: ServicesDep
) -> schemas.RecoveryCodes:
    """The application counts from now on; the person's other sessions end. With the first factor come recovery
    codes."""
    limits = services.throttle.second_factor(principal.user_id, principal.session_id)
    await services.throttle.count(limits)
    made = await service.confirm_own(session, principal, body.code, services.settings)
    await services.throttle.forgive(limits)
    return schemas.RecoveryCodes(codes=made)


@router.delete("/factors/application", status_code=204)
async def remove_application(principal: auth.ProvenPerson, session: Session) -> None:
    """The password alone opens the account again; the person's other sessions end."""
    await service.remove_application(session, principal)


@router.post("/factors/recovery-codes")
async def renew_recovery_codes(principal: auth.ProvenPerson, session: Session) -> schemas.RecoveryCodes:
    """Ten others; those before are good no more."""
    return schemas.RecoveryCodes(codes=await service.renew_recovery_codes(session, principal))
