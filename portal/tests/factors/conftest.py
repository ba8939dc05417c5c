"""What is behind the pages of second factors, and forms that are sent to them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, ClassVar
from uuid import uuid4

import httpx
import pytest
from pydantic import BaseModel

from api.identity.factors import Factors
from api.notifications import NotificationPage
from portal.api_client import ApiRefused, Body, Reply
from portal.page_request import form_token
from web.auth.principal import Principal

SQP = Principal(
    subject="u", user_id=uuid4(), organisation_id=uuid4(), organisation_kind="sqp", role="administrator", name="Camille"
)
NONE = Factors(application_since=None, recovery_codes_left=0, proven_until=None)
WAITING = "__Host-second-step=attente"


class Services:
    """Stands for what is behind the gateway: an answer or a refusal for each request, and what was asked."""

    WHO: ClassVar = SQP
    WAITING: ClassVar = WAITING
    NONE: ClassVar = NONE

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], BaseModel | ApiRefused] = {
            ("GET", "/notifications"): NotificationPage(items=[], total=0, unread_count=0),
            ("GET", "/auth/factors"): NONE,
            # The language stays as it was.
            ("GET", "/me"): ApiRefused(404, {}),
        }
        self.asked: list[tuple[str, str]] = []

    def refuse(self, method: str, path: str, code: str, status: int = 409, **more: object) -> None:
        self.answers[method, path] = ApiRefused(status, {"code": code, "title": f"Refus : {code}", **more})

    async def call(self, kind: type[Body], method: str, path: str, **_: Any) -> Reply[Body]:
        self.asked.append((method, path))
        answer = self.answers[method, path]
        if isinstance(answer, ApiRefused):
            raise answer
        assert isinstance(answer, kind)
        return Reply(200, answer, '"1"')

    @asynccontextmanager
    async def opened(self, method: str, path: str, **_: Any) -> AsyncIterator[None]:
        self.asked.append((method, path))
        answer = self.answers.get((method, path))
        if isinstance(answer, ApiRefused):
            raise answer
        yield

    def forget(self, _: str) -> None:
        pass

    async def access_token(self, _: str) -> str:
        return "token"

    async def verify(self, _: str) -> Principal:
        return SQP


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.fixture
def post(browser: httpx.AsyncClient) -> Callable[..., Awaitable[httpx.Response]]:
    """Sends a form by the browser of the person who is logged in, who may be at the second step, too."""

    async def send(path: str, **fields: str) -> httpx.Response:
        sent = {"csrf": form_token("jeton", str(SQP.user_id)), **fields}
        return await browser.post(path, data=sent, headers={"Cookie": f"{browser.headers['cookie']}; {WAITING}"})

    return send
