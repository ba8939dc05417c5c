"""Thirty incidents of one reseller and one client for a day at SQP's desk, and what stands there in the end."""

from __future__ import annotations

import json
from typing import Any

from playwright.async_api import Page
from tests.portal.conftest import Visit
from tests.portal.incidents import move

from demonstration import caller, seeding
from devstack.testing import world as worlds
from devstack.testing.world import World

SUPPORT, COLLEAGUE = "Support SQP", "Camille Durand"
LOGINS = {SUPPORT: "sqp_support", COLLEAGUE: "sqp_camille"}
# How many of each kind: by kind the agent who gets an incident knows what to do with it.
KINDS = {
    "begin": 4,
    "canned": 3,
    "macro": 3,
    "undo": 2,
    "guard": 1,
    "hand": 2,
    "snooze": 2,
    "skip": 2,
    "note": 2,
    "link": 1,
    "merge": 1,
    "exchange": 1,
    "resolve": 2,
    "both": 1,
    "write": 3,
}
# Those in which the reseller waits for an answer; the others were declared a moment ago.
IN_DIAGNOSIS = ("canned", "undo", "guard", "hand", "snooze", "skip", "note", "link", "resolve", "both", "write")


class SeededDay:
    def __init__(self, world: World) -> None:
        self.world = world
        self.word = f"Journée {world.mark}"
        self.kinds: dict[str, str] = {}
        self.camille = caller.person(world.http, world.stack.url, "sqp_camille", seeding.PASSWORD)
        self.canned = f"Réception {world.mark}"
        self.macro = f"Étiquette {world.mark}"

    def of_kind(self, kind: str) -> list[str]:
        return [number for number, each in self.kinds.items() if each == kind]

    def first(self, kind: str) -> str:
        return self.of_kind(kind)[0]

    async def seed(self) -> None:
        support = self.world.support
        answer = {"title": self.canned, "body_fr": "L’incident {incident.numero} est entre nos mains."}
        waits = {"to_status": "pending", "to_reason": "waiting_reseller"}
        macro = {"title": self.macro, "body_fr": "Une photo de l’étiquette, n° {incident.numero} ?", **waits}
        for each in (answer, macro):
            await support.post("/canned-answers", each)
        for kind, count in KINDS.items():
            for place in range(count):
                await self._declare(kind, place)

    async def _declare(self, kind: str, place: int) -> None:
        world, title = self.world, f"{self.word} {kind} {place}"
        by, more = world.client if kind == "begin" else world.reseller, {}
        if kind == "macro" and place == 0:
            by, more = world.support, {"on_behalf": {"organisation": "reseller", "caller_name": "M. Durand"}}
        number = await worlds.declared(world, by, title=title, **more)
        self.kinds[number] = kind
        if kind in IN_DIAGNOSIS or kind == "exchange":
            await move(world.support, number, "in_diagnosis")
        if kind == "write":
            # Put off, until the reseller writes.
            await world.support.post(f"/desk/{number}/snooze", {"note": "Rien avant demain."})
        if kind in IN_DIAGNOSIS:
            body = {"body": f"Bonjour, des nouvelles du n° {number} ?", "file_ids": []}
            await world.reseller.post(f"/incidents/{number}/messages?thread=sqp", body)
        if kind == "exchange":
            version = (await world.reseller.get(f"/incidents/{number}"))["version"]
            asked = {"serial_number": world.serials[0], "type": "advance_exchange"}
            await world.reseller.post(f"/incidents/{number}/exchanges", asked, if_match=f'"{version}"')

    async def open(self, visit: Visit, who: str, number: str, tab: str) -> Page:
        login = f"{who}-{self.world.mark.lower()}"
        return await visit(login, f"/incidents/{number}?onglet={tab}", password=worlds.PASSWORD)

    async def left(self) -> int:
        """How much of the day is due, for one agent or the other."""
        found = [await each.get("/desk", q=self.word) for each in (self.world.support, self.camille)]
        return max(int(each["total"]) for each in found)

    async def thread(self, number: str, name: str) -> list[dict[str, Any]]:
        """What was written on this incident itself, by all sides."""
        found = (await self.world.support.get(f"/incidents/{number}/messages", thread=name, limit=200))["items"]
        return [each for each in found if each["merged_from"] is None]

    async def written(self) -> list[tuple[str, str, str, str]]:
        """Incident, thread, author and text of every message of SQP's."""
        found = [
            (number, name, each["author"]["name"], each["body"])
            for number in self.kinds
            for name in ("sqp", "internal")
            for each in await self.thread(number, name)
            if each["author"]["organisation_kind"] == "sqp"
        ]
        return sorted(found)

    async def read_by_others(self) -> dict[str, str]:
        """All that the reseller and the client can ask for, and their mail, by where it was read."""
        world, found = self.world, dict[str, str]()
        for who, name in ((world.reseller, "reseller"), (world.client, "client")):
            threads = ("client", "sqp") if name == "reseller" else ("client",)
            paths = ["/notifications?limit=200", "/incidents?limit=200", f"/incidents/texts?q={world.mark}"]
            for number in self.kinds:
                paths += [f"/incidents/{number}{part}" for part in ("", "/history", "/exchanges")]
                paths += [f"/incidents/{number}/messages?thread={each}&limit=200" for each in threads]
            found |= {f"{name} {path}": json.dumps(await who.get(path), ensure_ascii=False) for path in paths}
            for place, (subject, text) in enumerate(await world.stack.mailed(world.address(name))):
                found[f"{name}, mail {place}: {subject}"] = text
        return found
