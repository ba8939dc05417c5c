"""A person with an authenticator application, as tests need one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import pyotp

from web.auth.principal import Principal


@dataclass
class Phone:
    """An application that was added to the account of ``login``, and the recovery codes that came with it."""

    world: Any
    login: str
    principal: Principal
    secret: str
    recovery_codes: list[str] = field(default_factory=list)

    def code(self, later: int = 0) -> str:
        """The code of the present step, or of one ``later``."""
        return pyotp.TOTP(self.secret).at(time.time(), counter_offset=later)

    async def unused(self) -> str:
        """A code that was not taken yet: time passes."""
        await self.world.sql("UPDATE authenticators SET last_step = last_step - 10")
        return self.code()

    async def prove(self) -> httpx.Response:
        return await prove(self.world, self.principal, await self.unused())


async def prove(world: Any, principal: Principal, code: str | None = None, **changes: Any) -> httpx.Response:
    body = {"password": world.password, **({"code": code} if code else {}), **changes}
    answer: httpx.Response = await world.call("POST", "/auth/proof", principal, json=body)
    return answer


async def enrol(world: Any, login: str) -> Phone:
    """Adds an application to the account, which has no factor yet."""
    principal = world.people[login]
    assert (await prove(world, principal)).status_code == 204
    secret = (await world.call("POST", "/auth/factors/application", principal)).json()["secret"]
    phone = Phone(world, login, principal, secret)
    answer = await confirm(world, principal, phone.code())
    assert answer.status_code == 200, answer.text
    phone.recovery_codes = answer.json()["codes"]
    return phone


async def confirm(world: Any, principal: Principal, code: str) -> httpx.Response:
    answer: httpx.Response = await world.call(
        "POST", "/auth/factors/application/confirm", principal, json={"code": code}
    )
    return answer


async def step(world: Any, first: httpx.Response, code: str, **more: Any) -> httpx.Response:
    """The second step after the answer to the password."""
    answer: httpx.Response = await world.ask(
        "/auth/second-step", {"second_step": first.json()["second_step"], "code": code, **more}
    )
    return answer
