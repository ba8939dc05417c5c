"""The identity service under test, and a world of organisations and people to try it on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import OKPKey
from services.identity.tests.contracts import contract
from sqlalchemy import insert, select, text

from chassis import migrate
from chassis.tables import AuditEntry
from devkit.harness import (
    CLIENT,
    CLIENT_BASIC,
    OTHER_CLIENT,
    OTHER_RESELLER,
    RESELLER,
    RESELLER_BASIC,
    SQP,
    Harness,
    TestKeys,
    back_office,
    settings_for,
)
from devkit.servers.targets import PostgresTarget
from events import Event
from events.identity import AccountInvited, MailLink
from identity.bootstrap import build
from identity.models import Organisation, ServiceAccount, Session, User, found_by
from identity.settings import Settings
from web import clock
from web.auth.principal import Principal
from web.auth.sealing import unseal
from web.auth.tokens import KeySource

MAIL_KEY = OKPKey.generate_key("X25519", {"kid": "mail-test"})


PASSWORD = "un mot de passe de test"


HERE = "192.0.2.1"


NEW = "un tout nouveau mot de passe"


ORGANISATIONS = (
    (SQP, "sqp", "SQP", None),
    (RESELLER, "reseller", "REV-0001", None),
    (OTHER_RESELLER, "reseller", "REV-0002", None),
    (CLIENT, "client", "CLI-0001", RESELLER.organisation_id),
    (OTHER_CLIENT, "client", "CLI-0002", OTHER_RESELLER.organisation_id),
)


OFFICE = back_office("identity:write")


PEOPLE = {
    "sqp": SQP,
    "revendeur": RESELLER,
    "revendeur_lecteur": RESELLER_BASIC,
    "autre_revendeur": OTHER_RESELLER,
    "client": CLIENT,
    "client_lecteur": CLIENT_BASIC,
    "autre_client": OTHER_CLIENT,
}


class BothKeys(TestKeys):
    """The test's key for principals made up by a test, identity's own for tokens that it issued."""

    def __init__(self, own: KeySource) -> None:
        super().__init__()
        self._own = own

    async def key(self, kid: str) -> OKPKey | None:
        return await super().key(kid) or await self._own.key(kid)


@dataclass
class World:
    """SQP, two resellers with a client each, and people whose password is ``PASSWORD``."""

    harness: Harness
    password: str = PASSWORD
    people: dict[str, Principal] = field(default_factory=lambda: dict(PEOPLE))

    @property
    def kit(self) -> Any:
        return self.harness.service.resources

    def settings(self, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
        """Other settings for the rest of the test."""
        for name, value in changes.items():
            monkeypatch.setitem(self.kit.settings.__dict__, name, value)

    async def settle(self) -> World:
        """Puts everybody into the empty database."""
        hashed = await self.kit.passwords.hash(PASSWORD)
        async with self.harness.service.database.transaction() as session:
            for principal, kind, code, reseller_id in ORGANISATIONS:
                values = {"id": principal.organisation_id, "kind": kind, "code": code, "reseller_id": reseller_id}
                name, email = f"Organisation {code}", f"{code.lower()}@exemple.fr"
                values |= {"name": name, "email": email, "search_text": found_by(name, code, email, "")}
                await session.execute(insert(Organisation).values(**values))
            for login, principal in PEOPLE.items():
                session.add(person(login, principal, hashed))
            await session.flush()
            for principal in PEOPLE.values():
                session.add(opened(principal))
            session.add(ServiceAccount(id=OFFICE.subject, secret_hash=hashed, scopes=sorted(OFFICE.scopes)))
        return self

    async def call(self, method: str, path: str, principal: Principal | None = None, **options: Any) -> httpx.Response:
        """One request as ``principal``; the path is below /api/v1."""
        async with self.harness.client(principal) as http:
            return await http.request(method, f"/api/v1{path}", **options)

    async def change(self, path: str, principal: Principal, body: Any, method: str = "PATCH") -> httpx.Response:
        """A change of the present version, as a form would send it."""
        seen = await self.call("GET", path if method == "PATCH" else path.rsplit("/", 1)[0], principal)
        return await self.call(method, path, principal, json=body, headers={"If-Match": seen.headers["etag"]})

    async def bearer(self, token: str, method: str, path: str, **options: Any) -> httpx.Response:
        """One request with a token that identity issued."""
        headers = {**options.pop("headers", {}), "Authorization": f"Bearer {token}"}
        async with self.harness.client() as http:
            return await http.request(method, f"/api/v1{path}", headers=headers, **options)

    async def log_in(
        self, login: str, password: str = PASSWORD, agent: str = "test", address: str = HERE, **more: Any
    ) -> httpx.Response:
        body = {"login": login, "password": password, **more}
        return await self.ask("/auth/login", body, address, agent)

    async def ask(
        self, path: str, body: Any, address: str = HERE, agent: str = "test", **options: Any
    ) -> httpx.Response:
        """A POST from ``address``, without a token."""
        transport = httpx.ASGITransport(self.harness.app, raise_app_exceptions=False, client=(address, 4000))
        headers = {"User-Agent": agent}
        async with httpx.AsyncClient(transport=transport, base_url="http://service.test", headers=headers) as http:
            return await http.post(f"/api/v1{path}", **({"json": body} | options))

    async def links(self, model: type[MailLink] = AccountInvited) -> list[tuple[Any, str]]:
        """The links told so far, with their tokens as notifications alone can read them."""
        private = json.dumps(MAIL_KEY.as_dict(private=True))
        told = await self.harness.told(model)
        return [(event, unseal(private, event.sealed_token)["token"]) for event in told]

    async def register(self, email: str, number: str = "29962", serial: str = "Q207B17555") -> httpx.Response:
        """Somebody asks to sign up, and the job that answers runs."""
        body = {"contract_number": number, "serial_number": serial, "email": email}
        answer = await self.call("POST", "/auth/register", json=body)
        await self.harness.run_jobs()
        return answer

    async def activate(self, token: str, password: str = NEW, **more: Any) -> httpx.Response:
        return await self.call("POST", "/auth/activate", json={"token": token, "password": password, **more})

    async def user(self, login: str) -> User | None:
        async with self.harness.service.database.transaction() as session:
            return await session.scalar(select(User).where(User.login == login))

    async def audited(self, action: str) -> list[AuditEntry]:
        async with self.harness.service.database.transaction() as session:
            query = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)
            return list(await session.scalars(query))

    async def sql(self, statement: str, **values: Any) -> None:
        async with self.harness.service.database.transaction() as session:
            await session.execute(text(statement), values)

    async def without_people(self, of: Principal) -> None:
        """The organisation of ``of`` has no account yet."""
        values = {"id": of.organisation_id}
        sessions = "DELETE FROM sessions USING users u WHERE u.id = user_id AND u.organisation_id = :id"
        await self.sql(sessions, **values)
        await self.sql("DELETE FROM users WHERE organisation_id = :id", **values)

    async def office(self) -> None:
        """The back office's service account, where nobody else is known."""
        async with self.harness.service.database.transaction() as session:
            session.add(ServiceAccount(id=OFFICE.subject, secret_hash="", scopes=sorted(OFFICE.scopes)))

    async def register_contract(self, **changes: Any) -> None:
        await self.harness.deliver(contract(**changes))


def person(login: str, principal: Principal, password_hash: str) -> User:
    assert principal.user_id is not None
    assert principal.organisation_id is not None
    assert principal.role is not None
    user = User(
        id=principal.user_id,
        organisation_id=principal.organisation_id,
        login=login,
        first_name="Prénom",
        last_name=login.title(),
        email=f"{login}@exemple.fr",
        role=principal.role,
        status="active",
        password_hash=password_hash,
    )
    user.refresh_search_columns()
    return user


def opened(principal: Principal) -> Session:
    """The session that the harness's tokens name: that of a program, two hours old."""
    assert principal.user_id is not None
    assert principal.session_id is not None
    now = clock.now()
    return Session(
        id=principal.session_id,
        user_id=principal.user_id,
        client="api",
        remember=False,
        device="harness",
        address="",
        created_at=now - timedelta(hours=2),
        last_used_at=now - timedelta(hours=1),
        expires_at=now + timedelta(hours=1),
    )


@pytest.fixture(scope="session")
def identity_settings(postgres_server: PostgresTarget) -> Settings:
    public = json.dumps(MAIL_KEY.as_dict(private=False))
    return settings_for(Settings, postgres_server.provision("identity"), mail_public_key=public)


@pytest.fixture(scope="session")
async def started(identity_settings: Settings) -> AsyncIterator[Harness]:
    service = build(identity_settings)
    migrate.upgrade(identity_settings, service.migrations, service.metadata)
    harness = Harness(service, BothKeys(service.keys))
    async with service.lifespan():
        yield harness
    await harness.close()


@pytest.fixture
async def harness(started: Harness) -> AsyncIterator[Harness]:
    started.service.resources.keys.forget()
    yield started
    await started.clear()


@pytest.fixture
async def empty(harness: Harness) -> World:
    """Nobody is known yet."""
    return World(harness)


@pytest.fixture
async def world(harness: Harness) -> World:
    return await World(harness).settle()


@pytest.fixture
def told(harness: Harness) -> Any:
    async def of(model: type[Event]) -> list[Any]:
        return list(await harness.told(model))

    return of


@pytest.fixture
def cheap(world: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Hashing is not what is tried: a password matches by being equal."""

    async def verify(_known: str | None, password: str) -> bool:
        return bool(password == world.password)

    monkeypatch.setattr(world.kit.passwords, "verify", verify)
    return world
