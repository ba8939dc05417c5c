"""The identity service under test, and a world of organisations and people to try it on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest
from joserfc.jwk import OKPKey
from sqlalchemy import insert, select, text

from chassis import migrate
from chassis.auth.principal import Principal
from chassis.auth.sealing import unseal
from chassis.auth.tokens import KeySource
from chassis.local.targets import PostgresTarget
from chassis.testkit.harness import (
    CLIENT,
    CLIENT_BASIC,
    OTHER_CLIENT,
    OTHER_RESELLER,
    RESELLER,
    RESELLER_BASIC,
    SQP,
    Harness,
    TestKeys,
    settings_for,
)
from events import Address, Event, organisation_id
from events.contracts import Article, ContractRegistered, Party
from events.identity import AccountInvited, MailLink
from identity.bootstrap import build
from identity.models import AuditEntry, Organisation, User
from identity.settings import Settings

MAIL_KEY = OKPKey.generate_key("X25519", {"kid": "mail-test"})
PASSWORD = "un mot de passe de test"
NEW = "un tout nouveau mot de passe"

ORGANISATIONS = (
    (SQP, "sqp", "SQP", None),
    (RESELLER, "reseller", "REV-0001", None),
    (OTHER_RESELLER, "reseller", "REV-0002", None),
    (CLIENT, "client", "CLI-0001", RESELLER.organisation_id),
    (OTHER_CLIENT, "client", "CLI-0002", OTHER_RESELLER.organisation_id),
)
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
                await session.execute(
                    insert(Organisation).values(**values, name=name, email=email, search_text=name.lower())
                )
            for login, principal in PEOPLE.items():
                session.add(person(login, principal, hashed))
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

    async def log_in(self, login: str, password: str = PASSWORD, agent: str = "test", **more: Any) -> httpx.Response:
        body = {"login": login, "password": password, **more}
        return await self.call("POST", "/auth/login", json=body, headers={"User-Agent": agent})

    async def links(self, model: type[MailLink] = AccountInvited) -> list[tuple[Any, str]]:
        """The links told so far, with their tokens as notifications alone can read them."""
        private = json.dumps(MAIL_KEY.as_dict(private=True))
        told = await self.harness.told(model)
        return [(event, unseal(private, event.sealed_token)["token"]) for event in told]  # type: ignore[attr-defined]

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
    user.settle()
    return user


def contract(
    number: str = "29962",
    reseller: str = "REV-0001",
    client: str | None = "CLI-0001",
    email: str = "client_test@sqp.fr",
    version: int = 1,
    **changes: Any,
) -> ContractRegistered:
    fields: dict[str, Any] = {
        "version": version,
        "number": number,
        "product_reference": "TS-131K-1TIW",
        "serial_number": "Q207B17555",
        "reseller": Party(
            organisation_id=organisation_id("reseller", reseller),
            code=reseller,
            name="Revendeur Test",
            email="revendeur_test@sqp.fr",
            phone="0400000000",
        ),
        "client": client_party(client, email) if client else None,
        "starts_on": "2020-12-09",
        "warranty_ends_on": "2023-12-09",
        "articles": [
            Article(designation="NAS", product_reference="TS-131K", serial_number="Q207B17555"),
            Article(designation="Disque", product_reference="ST1000VN002", serial_number="z9cbpm5m"),
        ],
    }
    return ContractRegistered(**{**fields, **changes})


def client_party(code: str, email: str) -> Party:
    address = Address(
        label="", street="123 rue des tests", postal_code="69001", city="Lyon", country="FR", email="", phone=""
    )
    identifier: UUID = organisation_id("client", code)
    return Party(
        organisation_id=identifier, code=code, name="Client Test", email=email, phone="0123456789", address=address
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
    await service.database.close()


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
