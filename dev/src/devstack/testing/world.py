"""The people and contracts that the end-to-end tests act with, made by the flow's own steps 1 and 2."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp

from demonstration import caller, seeding
from demonstration.caller import Caller, eventually
from devstack.testing.running import RunningStack, token_in
from web import clock

PASSWORD = "essai-de-bout-en-bout-1"  # noqa: S105 - of accounts that a test makes


@dataclass
class World:
    """``mark`` keeps this world's codes, numbers and addresses apart from every other's."""

    stack: RunningStack
    http: aiohttp.ClientSession
    mark: str
    office: Caller
    support: Caller
    reseller: Caller
    basic: Caller
    client: Caller
    other: Caller

    @property
    def contract(self) -> str:
        """In force, with two articles, held by the client."""
        return f"{self.mark}-1"

    @property
    def expired(self) -> str:
        return f"{self.mark}-2"

    @property
    def unheld(self) -> str:
        """In force, held by no client."""
        return f"{self.mark}-3"

    @property
    def serials(self) -> tuple[str, str]:
        return f"NAS{self.mark}", f"HDD{self.mark}"

    def address(self, who: str) -> str:
        return f"{who}-{self.mark.lower()}@sqp.example"


async def make(stack: RunningStack, http: aiohttp.ClientSession) -> World:
    """Registers three contracts, activates the reseller, signs the client up, and invites a basic colleague."""
    # A number loses the zeros that it begins with.
    mark = f"A{secrets.token_hex(4)}"[:8].upper()
    office = caller.service_account(http, stack.url, seeding.ACCOUNT, seeding.SECRET)
    support = caller.person(http, stack.url, "sqp_support", seeding.PASSWORD)

    def person(name: str) -> Caller:
        return caller.person(http, stack.url, f"{name}-{mark.lower()}", PASSWORD)

    world = World(
        stack, http, mark, office, support, person("reseller"), person("basic"), person("client"), person("other")
    )
    for number, body in contracts(world).items():
        await office.put(f"/backoffice/contracts/{number}", body)
    await _activate(world, "reseller")
    await _activate(world, "other")
    await _sign_up_client(world)
    await _invite_basic(world)
    return world


def contracts(world: World) -> dict[str, dict[str, Any]]:
    today = clock.today()
    nas, disk = world.serials

    def contract(reseller: str, serial: str, client: bool, ends_in: int, articles: list[Any]) -> dict[str, Any]:
        return {
            "product_reference": f"TS-{world.mark}",
            "serial_number": serial,
            "reseller": _reseller(world, reseller),
            "client": _client(world) if client else None,
            "starts_on": (today - timedelta(days=700)).isoformat(),
            "warranty_ends_on": (today + timedelta(days=ends_in)).isoformat(),
            "service_level": "Envoi express J+1, appel avant 16H",
            "articles": articles,
        }

    articles = [
        {"designation": "NAS QNAP Tour", "product_reference": "TS-131K", "serial_number": nas},
        {"designation": "Disque dur", "product_reference": "ST1000VN002", "serial_number": disk},
    ]
    return {
        world.contract: contract("reseller", nas, True, 300, articles),
        world.expired: contract("reseller", f"OLD{world.mark}", True, -10, []),
        world.unheld: contract("reseller", f"BTO{world.mark}", False, 40, []),
        f"{world.mark}-4": contract("other", f"OTHER{world.mark}", False, 400, []),
    }


def _reseller(world: World, name: str) -> dict[str, Any]:
    return {"code": f"{name}-{world.mark}", "name": f"Revendeur {name} {world.mark}", "email": world.address(name)}


def _client(world: World) -> dict[str, Any]:
    address = {"label": "Adresse principale", "street": "123 rue des tests", "postal_code": "69001", "city": "Lyon"}
    return {
        "code": f"client-{world.mark}",
        "name": f"Client {world.mark}",
        "email": world.address("client"),
        "phone": "0123456789",
        "address": address,
    }


async def link_mailed_to(stack: RunningStack, recipient: str) -> str:
    """The token of the newest link that ``recipient`` was mailed."""

    async def newest() -> str | None:
        tokens = [token for _, text in await stack.mailed(recipient) if (token := token_in(text))]
        return tokens[-1] if tokens else None

    return await eventually(newest, what=f"a link for {recipient}")


async def _activate(world: World, name: str) -> None:
    token = await link_mailed_to(world.stack, world.address(name))
    login = f"{name}-{world.mark.lower()}"
    choice = {"token": token, "password": PASSWORD, "login": login, "last_name": f"Essai {world.mark}"}
    await caller.anonymous(world.http, world.stack.url).post("/auth/activate", choice)


async def _sign_up_client(world: World) -> None:
    request = {
        "contract_number": world.contract,
        "serial_number": world.serials[0],
        "email": world.address("client"),
    }
    await caller.anonymous(world.http, world.stack.url).post("/auth/register", request)
    await _activate(world, "client")


async def _invite_basic(world: World) -> None:
    login = f"basic-{world.mark.lower()}"
    fields = {"login": login, "first_name": "Basile", "last_name": "Basique", "role": "basic"}
    await world.reseller.post("/users", {**fields, "email": world.address("basic")})
    token = await link_mailed_to(world.stack, world.address("basic"))
    await caller.anonymous(world.http, world.stack.url).post("/auth/activate", {"token": token, "password": PASSWORD})


async def colleague_of_support(world: World) -> Caller:
    """Another person of SQP: ``agent-`` and the world's mark."""
    login = f"agent-{world.mark.lower()}"
    fields = {"login": login, "first_name": "Agathe", "last_name": f"Agent {world.mark}", "role": "administrator"}
    await world.support.post("/users", {**fields, "email": world.address("agent")})
    token = await link_mailed_to(world.stack, world.address("agent"))
    await caller.anonymous(world.http, world.stack.url).post("/auth/activate", {"token": token, "password": PASSWORD})
    return caller.person(world.http, world.stack.url, login, PASSWORD)


ADDRESS = {
    "street": "4 place Bellecour",
    "complement": "Bâtiment B",
    "postal_code": "69002",
    "city": "Lyon",
    "country": "FR",
    "email": "livraison@sqp.example",
    "phone": "0123456789",
}


DECLARED = itertools.count(1)


def declaration(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "contract_number": world.contract,
        "title": "Problème avec mon NAS",
        "nature": "defective",
        "serial_numbers": list(world.serials),
        "description": "Le NAS ne démarre plus depuis ce matin.",
        "file_ids": [],
        "delivery_address": {"address": ADDRESS},
        **changes,
    }


async def declared(world: World, who: Caller | None = None, **changes: Any) -> str:
    """An incident's number, declared as soon as the contract's event has arrived; each under a title of its own."""
    body = declaration(world, **{"title": f"Problème avec mon NAS, n° {next(DECLARED)}", **changes})

    async def declare() -> str | None:
        return str((await (who or world.reseller).post("/incidents", body))["number"])

    return await eventually(declare, what="an incident")
