"""The demonstration's first organisation, person and service account, and its passwords. Never in production."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging import outbox
from chassis.service import Service
from identity import event_mapper, repository
from identity.dependencies import Services
from identity.models import Organisation, User
from identity.service import accounts, service_accounts, sqp

PASSWORD = "demo-portail-2026"  # noqa: S105 - printed in the README, refused in production
SECRET = "demo-backoffice-2026"  # noqa: S105 - likewise
ACCOUNT = "backoffice-demo"
SCOPES = ("contracts:read", "contracts:write", "identity:write", "incidents:read", "exchanges:write")
SUPPORT = "sqp_support"
LOGINS = ("sqp_camille", "revendeur_test", "revendeur_basique", "client_test", "cliente_testeuse")


class RefusedInProduction(RuntimeError):
    """The demonstration's passwords are known to everybody."""


async def prepare(service: Service) -> None:
    """SQP, its support and the back office's service account; repeating it changes nothing but the secret's hash."""
    services = _services(service)
    password_hash = await services.passwords.hash(PASSWORD)
    secret_hash = await services.passwords.hash(SECRET)
    async with service.database.transaction() as session:
        of = await sqp.ensure(session, "support@sqp.fr")
        await _support(session, of, password_hash)
        await service_accounts.put(session, ACCOUNT, secret_hash, SCOPES)


async def set_passwords(service: Service) -> list[str]:
    """Gives the demonstration's password to those of its people that exist; answers their log-ins."""
    password_hash = await _services(service).passwords.hash(PASSWORD)
    async with service.database.transaction() as session:
        query = (
            select(User).where(func.lower(User.login).in_(LOGINS)).order_by(User.login).with_for_update(key_share=True)
        )
        people = (await session.scalars(query)).all()
        for user in people:
            await _activate(session, user, password_hash)
    return [user.login for user in people]


async def _support(session: AsyncSession, of: Organisation, password_hash: str) -> None:
    support = accounts.invited(
        of, login=SUPPORT, email="support@sqp.fr", role="administrator", first_name="Support", last_name="SQP"
    )
    if await repository.add_user(session, support):
        added = await repository.user(session, support.id)
        assert added is not None
        await _activate(session, added, password_hash)


async def _activate(session: AsyncSession, user: User, password_hash: str) -> None:
    of = await repository.organisation(session, user.organisation_id)
    assert of is not None
    user.status = "active"
    user.set_password(password_hash)
    outbox.add(session, event_mapper.user_changed(user, of))


def _services(service: Service) -> Services:
    if service.settings.environment == "production":
        raise RefusedInProduction("the demonstration is not for production")
    services: Services = service.resources
    return services
