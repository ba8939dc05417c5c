"""The load: writes of every kind through the gateway, begun at a steady pace whatever becomes of those before."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from tests.faults.ledger import Ledger

from demonstration import caller
from demonstration.caller import Caller
from devstack.testing.world import World, contracts, declaration

# Writes under way at once; beyond that a tick is left out, as a queue of clients is no fault of the platform.
MOST = 300
FILE = b"2026-11-20 [ERR] disk failure\n" * 100
UNMAILED = ("message_posted", "status_changed", "exchange_changed")
HTML = {"Accept": "text/html"}


@dataclass
class Load:
    """``rate`` is writes a second. What one write leaves, others use: contracts, incidents, accounts."""

    world: World
    client: Caller
    ledger: Ledger
    random: random.Random
    rate: float
    mails_to: Callable[[str], int]
    numbers: deque[str] = field(default_factory=lambda: deque(maxlen=200))
    fresh: deque[str] = field(default_factory=lambda: deque(maxlen=200))
    covered: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=200))
    exchangeable: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=200))
    reservable: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=200))
    accounts: deque[str] = field(default_factory=deque)
    left_out: int = 0
    begun: int = 0

    async def prepare(self) -> None:
        """A worker sends one mail at a time, and all writes are about these few people: without a choice of theirs the
        load would be one of mails."""
        for person in (self.world.reseller, self.world.client, self.world.support):
            await person.put("/notifications/preferences", {"email": dict.fromkeys(UNMAILED, False)})

    async def run(self) -> None:
        """Until cancelled; then what is under way ends first."""
        acts = self._acts()
        under_way: set[asyncio.Task[None]] = set()
        try:
            while True:
                await asyncio.sleep(1 / self.rate)
                if len(under_way) >= MOST:
                    self.left_out += 1
                    continue
                self.begun += 1
                task = asyncio.create_task(self.random.choice(acts)())
                under_way.add(task)
                task.add_done_callback(under_way.discard)
        finally:
            await asyncio.gather(*under_way)

    def _acts(self) -> list[Callable[[], Coroutine[Any, Any, None]]]:
        """One in so many of each."""
        shares = {
            self.declare: 3, self.message: 7, self.upload: 2, self.state: 3,
            self.exchange: 2, self.register: 4, self.forget: 1, self.page: 1,
        }  # fmt: skip
        return [act for act, share in shares.items() for _ in range(share)]

    async def register(self) -> None:
        """A contract of the reseller that is known, or of a new one, which gets an account and a mail."""
        number = _mark("R")
        template = contracts(self.world)[self.world.contract]
        body = template | {"serial_number": f"S{number}", "articles": []}
        is_new = self.random.random() < 0.3
        if is_new:
            code = f"n-{number}"
            body |= {"client": None, "reseller": {"code": code, "name": f"Revendeur {number}", "email": _email(number)}}
        path = f"/backoffice/contracts/{number}"
        if await self.ledger.keyed("register", number, lambda: self.world.office.put(path, body)) is None:
            return
        if is_new:
            self.accounts.append(_email(number))
        else:
            self.covered.append((number, f"S{number}"))

    async def declare(self) -> None:
        mark, on = _mark("D"), (self.world.contract, "")
        if self.covered and self.random.random() < 0.6:
            on = self.covered.popleft()
        changes: dict[str, Any] = {"title": mark, "contract_number": on[0]}
        if on[1]:
            changes["serial_numbers"] = [on[1]]
        body = declaration(self.world, **changes)
        answer = await self._post("declare", mark, self.world.reseller, "/incidents", body)
        if answer is not None:
            self.numbers.append(answer["number"])
            (self.exchangeable.append((answer["number"], on[1])) if on[1] else self.fresh.append(answer["number"]))

    async def message(self, file_ids: list[str] | None = None) -> None:
        if not self.numbers:
            return
        number, mark = self.random.choice(self.numbers), _mark("M")
        who = self.world.reseller if file_ids or self.random.random() < 0.5 else self.world.support
        body = {"body": mark, "file_ids": file_ids or []}
        await self._post("message", mark, who, f"/incidents/{number}/messages?thread=sqp", body)

    async def upload(self) -> None:
        mark = _mark("U")
        name = f"{mark}.log"
        stored = await self.ledger.keyed(
            "upload", mark, lambda: self.world.reseller.upload(name, FILE + mark.encode(), "text/plain", key=mark)
        )
        if stored is not None:
            await self.message([stored["id"]])

    async def state(self) -> None:
        if not self.fresh:
            return
        number, mark = self.fresh.popleft(), _mark("Z")
        try:
            version = (await self.world.support.get(f"/incidents/{number}"))["version"]
        except (caller.Refused, aiohttp.ClientError, TimeoutError, ValueError):
            return
        body = {"status": "in_diagnosis", "note": mark}
        path = f"/incidents/{number}/status"
        await self._post("state", mark, self.world.support, path, body, if_match=f'"{version}"')

    async def exchange(self) -> None:
        """Approves an exchange, or reserves the unit of one."""
        if self.reservable and self.random.random() < 0.5:
            number, serial = self.reservable.popleft()
            path = f"/incidents/{number}/exchanges/1/steps"
            body: dict[str, Any] = {"step": "reserve", "serial_number": f"N{serial}"}
            await self._post("step", f"N{serial}", self.world.office, path, body)
        elif self.exchangeable:
            number, serial = self.exchangeable.popleft()
            body = {"serial_number": serial, "approve": True}
            path = f"/incidents/{number}/exchanges"
            if await self._post("exchange", serial, self.world.office, path, body) is not None:
                self.reservable.append((number, serial))

    async def forget(self) -> None:
        """A forgotten password of an account whose first mail has arrived."""
        if not self.accounts:
            return
        email = self.accounts.popleft()
        if self.mails_to(email) == 0:
            self.accounts.append(email)
            return
        await self.ledger.once("forget", email, lambda: self.client.post("/auth/password/forgot", {"login": email}))

    async def page(self) -> None:
        """A page of the portal, of which nothing is kept."""
        with suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with self.world.http.get(f"{self.world.stack.url}/connexion", headers=HTML) as answer:
                await answer.read()

    async def _post(self, kind: str, mark: str, who: Caller, path: str, body: Any, if_match: str | None = None) -> Any:
        return await self.ledger.keyed(kind, mark, lambda: who.post(path, body, key=mark, if_match=if_match))


def _mark(letter: str) -> str:
    return f"{letter}{secrets.token_hex(5)}".upper()


def _email(number: str) -> str:
    return f"{number.lower()}@sqp.example"
