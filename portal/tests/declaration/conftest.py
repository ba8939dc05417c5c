"""The form of a declaration, filled in, and the services behind it."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import BaseModel

from api.contracts import Article, Contract, Cover, Party
from api.identity.invitations import LookedAfter
from api.identity.people import User
from api.incidents import (
    Choice,
    Counts,
    DeclarationChoices,
    FileLimits,
    IncidentPage,
    IncidentRow,
    IncidentState,
    OfferedAddress,
    OfferedAddresses,
)
from api.incidents.overdue import AdvanceTerms, OverdueReturns
from api.incidents.promises import PromiseOffer
from api.notifications import NotificationPage
from portal.api_client import ApiRefused, Body, Reply, ServiceUnavailable
from portal.page_request import form_token
from web.auth.principal import Principal
from web.schemas import Page

Declare = Callable[..., Awaitable[httpx.Response]]

RESELLER = Principal(
    subject="u", user_id=uuid4(), organisation_id=uuid4(), organisation_kind="reseller", role="administrator", name="R"
)
TYPED = {
    "csrf": form_token("jeton", str(RESELLER.user_id)),
    "key": str(uuid4()),
    "title": "Écran noir",
    "nature": "defective",
    "serial_numbers": ["A1", "B2"],
    "description": "Ligne 1\r\nLigne 2",
    "address": str(uuid4()),
    "country": "FR",
}
CONTRACT = Contract(
    number="29962",
    version=1,
    product_reference="TS-131K-1TIW",
    serial_number="A1",
    reseller=Party(id=uuid4(), code="R", name="R", email="", phone=""),
    client=None,
    starts_on=date(2026, 1, 1),
    warranty_ends_on=date(2028, 1, 1),
    service_level="",
    registered_at=datetime(2026, 1, 1, tzinfo=UTC),
    cover=Cover(state="active", ends_on=date(2028, 1, 1), days_left=400, sentence=""),
    articles=[
        Article(designation="NAS", product_reference="TS", serial_number=serial, specification_url="", picture_url="")
        for serial in ("A1", "B2")
    ],
    extensions=[],
    extension_offers=[],
)
CHOICES = DeclarationChoices(
    natures=[Choice(value="defective", label="Produit défectueux")], files=FileLimits(count=20, size=20 * 1024 * 1024)
)


class Services:
    """Stands for what is behind the gateway. ``away``: first segments of paths that do not answer."""

    def __init__(self) -> None:
        self.away: set[str] = set()
        self.refusal: ApiRefused | None = None
        self.asked: list[tuple[str, str, Any, Any]] = []
        self.session: Exception | None = None
        self.open_incidents: list[IncidentRow] = []
        self.promise: PromiseOffer | None = None
        self.advance: AdvanceTerms | None = None
        self.returns: OverdueReturns | None = None
        self.addresses: list[OfferedAddress] = []
        self.person = RESELLER
        self.contract = CONTRACT
        self.people: list[LookedAfter] = []
        self.users: list[User] = []

    async def call(self, kind: type[Body], method: str, path: str, **options: Any) -> Reply[Body]:
        async with self.opened(method, path, **options):
            pass
        if (method, path) == ("POST", "/incidents") and self.refusal:
            raise self.refusal
        if path.startswith("/incident-drafts/"):
            raise ApiRefused(404, {})
        answers: dict[tuple[str, str], BaseModel] = {
            ("GET", "/contracts/29962"): self.contract,
            ("GET", f"/resellers/{CONTRACT.reseller.id}/users"): Page[LookedAfter](
                items=self.people, total=len(self.people), total_is="exact", next=None
            ),
            ("GET", "/users"): Page[User](items=self.users, total=len(self.users), total_is="exact", next=None),
            ("GET", "/incidents"): IncidentPage(items=self.open_incidents, total=0, counts=Counts(open=0, closed=0)),
            ("GET", "/incidents/choices"): CHOICES.model_copy(
                update={"promise": self.promise, "advance": self.advance, "returns": self.returns}
            ),
            ("POST", "/incidents"): IncidentState(number="26112401", version=1, status="new", status_label="Déclaré"),
            ("GET", "/delivery-addresses"): OfferedAddresses(items=self.addresses),
            ("GET", "/notifications"): NotificationPage(items=[], total=0, unread_count=0),
        }
        answer = answers[method, path]
        assert isinstance(answer, kind)
        return Reply(200, answer, "")

    @asynccontextmanager
    async def opened(self, method: str, path: str, **options: Any) -> AsyncIterator[None]:
        sent = options.get("data")
        self.asked.append((method, path, json.loads(sent) if sent else None, options.get("headers")))
        if path.strip("/").split("/")[0] in self.away:
            raise ServiceUnavailable
        yield

    async def access_token(self, _: str) -> str:
        if self.session is not None:
            raise self.session
        return "token"

    async def verify(self, _: str) -> Principal:
        return self.person

    def sent(self, method: str, start: str) -> list[tuple[Any, Any]]:
        return [
            (body, headers) for verb, path, body, headers in self.asked if verb == method and path.startswith(start)
        ]


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.fixture
def filled() -> dict[str, Any]:
    return TYPED


@pytest.fixture
def declare(browser: httpx.AsyncClient, filled: dict[str, Any]) -> Declare:
    """``answer = await declare(title="")``: the form is sent as it is typed but for what is given."""

    async def sent(**changes: Any) -> httpx.Response:
        return await browser.post("/contrats/29962/declarer", data={**filled, **changes})

    return sent


@pytest.fixture
def everything_stands(filled: dict[str, Any]) -> Callable[[str], None]:
    """``everything_stands(page)``: nothing typed is lost, and the form has its key."""

    def stands(page: str) -> None:
        assert 'value="Écran noir"' in page
        assert '<option value="defective" selected>' in page
        assert "Ligne 1\nLigne 2</textarea>" in page
        assert len(re.findall(r'name="serial_numbers" value="\w+" checked', page)) >= 1
        assert f'name="key" value="{filled["key"]}"' in page

    return stands
