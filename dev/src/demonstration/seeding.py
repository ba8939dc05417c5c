"""Demonstration data, by the same API and events as a back office, a reseller, a client and SQP would use.

Every step may be repeated: a start that was killed half-way goes on where it was.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp

from demonstration import (
    caller,
    canned_stories,
    desk_stories,
    exchange_stories,
    guide_rows,
    incident_stories,
    renewal_stories,
)
from demonstration.caller import Caller, Refused, eventually
from web import clock

PASSWORD = "demo-portail-2026"  # noqa: S105 - printed at every start, refused in production
ACCOUNT = "backoffice-demo"
SECRET = "demo-backoffice-2026"  # noqa: S105 - likewise

LOGINS = {
    "sqp_support": "SQP, support",
    "sqp_camille": "SQP, support, une collègue",
    "revendeur_test": "revendeur, administrateur",
    "revendeur_basique": "revendeur, basique",
    "client_test": "client final, administrateur",
    "cliente_testeuse": "cliente finale, basique",
}

# The guide knows one person of SQP; two agents work at the desk.
CAMILLE = {
    "login": "sqp_camille",
    "first_name": "Camille",
    "last_name": "Durand",
    "role": "administrator",
    "email": "sqp_camille@sqp.fr",
}
TOKEN = re.compile(r"[?&]token=([A-Za-z0-9_-]+)")
STORIES = 7

Mailed = Callable[[str], Awaitable[Sequence[str]]]


class Seeding:
    """``api`` is the gateway's address; ``mailed`` gives the plain texts that an address was mailed, oldest first."""

    def __init__(self, http: aiohttp.ClientSession, api: str, mailed: Mailed) -> None:
        self._http = http
        self._api = api
        self._mailed = mailed
        self._people = {row["login"]: row for row in (*guide_rows.rows("users"), CAMILLE)}

    async def run(self) -> None:
        office = caller.service_account(self._http, self._api, ACCOUNT, SECRET)
        await self._register_contracts(office)
        reseller = await self._reseller_administrator()
        await self._colleague(reseller, "revendeur_basique")
        client = await self._client_administrator()
        await self._colleague(client, "cliente_testeuse")
        support = self._person("sqp_support")
        await self._colleague(support, "sqp_camille")
        if len((await support.get("/incidents"))["items"]) >= STORIES:
            return  # told on an earlier day, whose idempotency keys are forgotten by now
        await renewal_stories.tell(reseller=reseller, office=office, today=clock.today())
        await incident_stories.close_for_stocktaking(support, clock.today().year)
        fresh = await incident_stories.tell(reseller=reseller, client=client, support=support)
        await exchange_stories.tell(reseller=reseller, office=office, support=support, declared_by_the_client=fresh)
        await desk_stories.tell(support=support)
        await canned_stories.tell(support=support)

    def _person(self, login: str) -> Caller:
        return caller.person(self._http, self._api, login, PASSWORD)

    async def _register_contracts(self, office: Caller) -> None:
        for sku, offer in guide_rows.offers().items():
            await office.put(f"/backoffice/extension-offers/{sku}", offer)
        contracts = {**guide_rows.guide_contracts(), **guide_rows.relative_contracts(clock.today())}
        for number, contract in contracts.items():
            await office.put(f"/backoffice/contracts/{number}", contract)
        order = {"order_id": "CMD-2026-0001", "sku": "CL-SV-E2TS453D"}
        await office.post("/backoffice/contracts/30102/extensions", order)

    async def _reseller_administrator(self) -> Caller:
        """The account that the first contract made: its link came by mail."""
        await self._activate("revendeur_test", may_rename=True)
        return self._person("revendeur_test")

    async def _client_administrator(self) -> Caller:
        if not await self._logs_in("client_test"):
            email = self._people["client_test"]["email"]
            request = {"contract_number": "29962", "serial_number": "Q207B17555", "email": email}
            await caller.anonymous(self._http, self._api).post("/auth/register", request)
            await self._activate("client_test", may_rename=True)
        return self._person("client_test")

    async def _colleague(self, administrator: Caller, login: str) -> None:
        if await self._logs_in(login):
            return
        person = self._people[login]
        fields = {key: person[key] for key in ("login", "first_name", "last_name", "role", "email")}
        try:
            await administrator.post("/users", fields, key=f"demonstration {login}")
        except Refused as refused:
            if refused.status != 409:
                raise
        await self._activate(login)

    async def _activate(self, login: str, *, may_rename: bool = False) -> None:
        """Follows the newest link that ``login`` was mailed; a link lost in a kill gives way to the demo command."""
        if await self._logs_in(login):
            return
        person = self._people[login]
        token = await eventually(lambda: self._token_mailed_to(person["email"]), what=f"the link for {login}")
        choice: dict[str, Any] = {"token": token, "password": PASSWORD}
        if may_rename:
            choice |= {"login": login, "first_name": person["first_name"], "last_name": person["last_name"]}
        await caller.anonymous(self._http, self._api).post("/auth/activate", choice)

    async def _token_mailed_to(self, email: str) -> str | None:
        found = [match[1] for text in await self._mailed(email) if (match := TOKEN.search(text))]
        return found[-1] if found else None

    async def _logs_in(self, login: str) -> bool:
        try:
            await self._person(login).get("/me")
        except Refused as refused:
            if refused.status != 401:
                raise
            return False
        return True
