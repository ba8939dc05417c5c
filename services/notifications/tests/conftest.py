"""The notifications service under test: facts as its neighbours tell them, a world of people, a mail server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from joserfc.jwk import OKPKey
from sqlalchemy import text

from chassis.auth.principal import Principal
from chassis.auth.sealing import seal
from chassis.local.mail import MailCatcher
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
    person,
    settings_for,
)
from events import Event
from events.contracts import ContractExpiring, ContractExtended, ContractRegistered, Party
from events.files import FileBindingRefused, FileBound
from events.identity import (
    AccountInvited,
    LoggedInFromNewDevice,
    OrganisationChanged,
    PasswordResetRequested,
    SignUpRequested,
    UserChanged,
)
from events.incidents import Actor, FileDetached, FilesAttached, IncidentDeclared, IncidentStatusChanged, MessagePosted
from events.samples import sample
from notifications.bootstrap import build
from notifications.settings import DEVELOPMENT_MAIL_KEY, Settings

SQP_BASIC = person("sqp", "SQP", "basic")
EVERYBODY = (SQP, SQP_BASIC, RESELLER, RESELLER_BASIC, CLIENT, CLIENT_BASIC, OTHER_RESELLER, OTHER_CLIENT)
NAMES = dict(
    zip(
        EVERYBODY,
        ("sqp", "sqp_basic", "reseller", "reseller_basic", "client", "client_basic", "other_reseller", "other_client"),
        strict=True,
    )
)

AT = datetime(2020, 12, 23, 17, 27, tzinfo=UTC)


def actor(who: Principal | None) -> Actor:
    if who is None:
        return Actor(user_id=None, organisation_id=None, organisation_kind=None, name="SQP")
    return Actor(
        user_id=who.user_id,
        organisation_id=who.organisation_id,
        organisation_kind=who.organisation_kind,
        name="Jean Test",
    )


def incident(by: Principal | None, **changes: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "number": "20122301",
        "contract_number": "29962",
        "title": "Problème avec mon NAS",
        "reseller_id": RESELLER.organisation_id,
        "client_id": CLIENT.organisation_id,
        "client_name": "Client Test",
        "status": "new",
        "actor": actor(by),
        "at": AT,
        **changes,
    }


def contract(**changes: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "number": "29962",
        "product_reference": "TS-131K-1TIW",
        "serial_number": "Q207B17555",
        "reseller": Party(organisation_id=RESELLER.organisation_id, code="REV-0001", name="Revendeur Test"),
        "client": Party(organisation_id=CLIENT.organisation_id, code="CLI-0001", name="Client Test"),
        "starts_on": "2020-12-09",
        "warranty_ends_on": "2023-12-09",
        "articles": [],
        **changes,
    }


def mail_link(who: Principal, token: str, **changes: Any) -> dict[str, Any]:
    key = OKPKey.import_key(json.loads(DEVELOPMENT_MAIL_KEY))
    return {
        "version": 1,
        "user_id": who.user_id,
        "organisation_id": who.organisation_id,
        "organisation_name": "Revendeur Test",
        "login": "rev-0001",
        "first_name": "Jean",
        "last_name": "Test",
        "email": "jean.test@revendeur.test",
        "sealed_token": seal(json.dumps(key.as_dict(private=False)), {"token": token}),
        "expires_at": datetime.now(UTC) + timedelta(days=7),
        **changes,
    }


class Facts:
    """Events as the publishers tell them; any field may be given another value."""

    at = AT

    def declared(self, by: Principal | None = CLIENT, **changes: Any) -> IncidentDeclared:
        more = {"nature": "defective", "product_reference": "TS-131K-1TIW", "serial_numbers": ["Q207B17555"]}
        return IncidentDeclared(**incident(by, **{**more, **changes}))

    def status(self, status: str = "resolved", by: Principal | None = SQP, **changes: Any) -> IncidentStatusChanged:
        more = {"version": 2, "status": status, "previous_status": "in_diagnosis"}
        return IncidentStatusChanged(**incident(by, **{**more, **changes}))

    def message(self, thread: str = "client", by: Principal | None = CLIENT, **changes: Any) -> MessagePosted:
        more = {"version": 3, "message_id": uuid4(), "thread": thread, "excerpt": "Bonjour,\nle voyant est rouge."}
        return MessagePosted(**incident(by, **{**more, **changes}))

    def files(self, scope: str = "declaration", by: Principal | None = CLIENT, **changes: Any) -> FilesAttached:
        more = {"version": 4, "file_ids": [uuid4()], "scope": scope, "at": AT + timedelta(hours=1)}
        return FilesAttached(**incident(by, **{**more, **changes}))

    def detached(self, scope: str = "declaration", by: Principal | None = CLIENT, **changes: Any) -> FileDetached:
        more = {"version": 5, "file_id": uuid4(), "scope": scope}
        return FileDetached(**incident(by, **{**more, **changes}))

    def bound(self, named: FilesAttached, which: int = 0, **changes: Any) -> FileBound:
        about = {"incident_number": named.number, "scope": named.scope, "uploader_id": named.actor.user_id}
        return FileBound(**{**sample(FileBound.type)["data"], **about, "file_id": named.file_ids[which], **changes})

    def refused(self, named: FilesAttached, which: int = 0, reason: str = "foreign") -> FileBindingRefused:
        about = {"incident_number": named.number, "reason": reason, "version": 1}
        return FileBindingRefused(file_id=named.file_ids[which], **about)

    def registered(self, **changes: Any) -> ContractRegistered:
        return ContractRegistered(**contract(**changes))

    def extended(self, **changes: Any) -> ContractExtended:
        more = {"version": 2, "warranty_ends_on": "2025-12-09", "previous_warranty_ends_on": "2023-12-09"}
        return ContractExtended(**contract(**{**more, **changes}))

    def expiring(self, days_left: int = 30, **changes: Any) -> ContractExpiring:
        return ContractExpiring(**contract(days_left=days_left, **changes))

    def invited(self, who: Principal = RESELLER, token: str = "secret-token", **changes: Any) -> AccountInvited:
        return AccountInvited(**mail_link(who, token, **{"purpose": "reseller_account", **changes}))

    def reset(self, who: Principal = RESELLER, token: str = "secret-token", **changes: Any) -> PasswordResetRequested:
        return PasswordResetRequested(**mail_link(who, token, **changes))

    def sign_up(self, **changes: Any) -> SignUpRequested:
        values = {
            "version": 1,
            "request_id": uuid4(),
            "client_id": CLIENT.organisation_id,
            "client_name": "Client Test",
            "reseller_id": RESELLER.organisation_id,
            "contract_number": "29962",
            "email": "quelquun@client.test",
        }
        return SignUpRequested(**{**values, **changes})

    def new_device(self, who: Principal = RESELLER, **changes: Any) -> LoggedInFromNewDevice:
        values = {
            "version": 1,
            "session_id": uuid4(),
            "user_id": who.user_id,
            "organisation_id": who.organisation_id,
            "device": "Firefox sur Linux",
            "address": "192.0.2.1",
            "at": AT,
        }
        return LoggedInFromNewDevice(**{**values, **changes})

    def user(self, who: Principal, **changes: Any) -> UserChanged:
        values = {
            "version": 1,
            "user_id": who.user_id,
            "organisation_id": who.organisation_id,
            "organisation_kind": who.organisation_kind,
            "login": NAMES.get(who, "someone"),
            "first_name": "Prénom",
            "last_name": NAMES.get(who, "someone"),
            "email": address(who),
            "role": who.role,
            "status": "active",
        }
        return UserChanged(**{**values, **changes})

    def organisation(self, who: Principal, **changes: Any) -> OrganisationChanged:
        values = {
            "version": 1,
            "organisation_id": who.organisation_id,
            "kind": who.organisation_kind,
            "code": "CODE",
            "name": "Nom",
        }
        return OrganisationChanged(**{**values, **changes})


def address(who: Principal) -> str:
    return f"{NAMES.get(who, 'someone')}@portail.test"


@pytest.fixture
def facts() -> Facts:
    return Facts()


@dataclass
class World:
    """Everybody known and active: who has what in the feed, who got which e-mail, what a page is sent."""

    harness: Harness
    mail: MailCatcher
    facts: Facts = field(default_factory=Facts)

    @property
    def settings(self) -> Settings:
        assert isinstance(self.harness.service.settings, Settings)
        return self.harness.service.settings

    async def tell(self, *events: Event, event_id: UUID | None = None) -> None:
        for event in events:
            await self.harness.deliver(event, event_id=event_id)

    async def feed(self, who: Principal, **params: Any) -> dict[str, Any]:
        async with self.harness.client(who) as http:
            answer = await http.get("/api/v1/notifications", params=params)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    async def told(self) -> dict[str, list[str]]:
        """Titles per person, of those who have any."""
        pages = {NAMES[who]: (await self.feed(who))["items"] for who in EVERYBODY}
        return {name: [line["title"] for line in lines] for name, lines in pages.items() if lines}

    async def emails(self) -> list[dict[str, Any]]:
        return await self.rows("SELECT * FROM emails ORDER BY created_at, recipient")

    async def rows(self, query: str) -> list[dict[str, Any]]:
        async with self.harness.service.database.reader() as reader:
            return [dict(row) for row in (await reader.execute(text(query))).mappings()]

    async def sql(self, statement: str, **values: Any) -> None:
        async with self.harness.service.database.transaction() as session:
            await session.execute(text(statement), values)


@pytest.fixture(scope="session")
async def started(postgres_server: PostgresTarget, mail_server: MailCatcher) -> AsyncIterator[Harness]:
    settings = settings_for(
        Settings,
        postgres_server.provision("notifications"),
        smtp_host="127.0.0.1",
        smtp_port=mail_server.port,
        smtp_timeout=5.0,
        mail_attempts=3,
        portal_url="https://portail.test",
        stream_poll=0.05,
        stream_heartbeat=0.3,
        stream_recheck=0.1,
        stream_send_timeout=0.5,
        streams_per_user=3,
    )
    async with Harness.started(settings, build) as harness:
        yield harness


@pytest.fixture
async def empty(started: Harness, mail_server: MailCatcher) -> AsyncIterator[World]:
    """Nobody is known yet."""
    mail_server.clear()
    yield World(started, mail_server)
    await started.clear()


@pytest.fixture
async def world(empty: World) -> World:
    await empty.tell(*(empty.facts.user(who) for who in EVERYBODY))
    return empty
