"""Whatever happens to the units of one product, its contract covers one: in the end the one that its holder has.

Walks are of true facts: who has which unit is a model's, and SQP, holder and carriers tell what happened there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from random import Random
from typing import Any

import pytest

from demonstration.caller import Refused, eventually
from devstack.testing.exchange import Exchange
from devstack.testing.world import World, contracts, declared

pytestmark = pytest.mark.e2e

HOLDER, SQP, OUT, BACK, LOST = "holder", "sqp", "out", "back", "lost"
TYPES = ("advance_exchange", "standard_exchange", "repair", "no_return")
ACTS = 25
# What an agent may choose to do, and what a walk does no more once it is to end.
OF_CHOICE: dict[str, dict[str, Any]] = {
    "reverse": {"reason": "fault_gone"},
    "cancel": {"note": "Erreur"},
    "replacement_dead": {"note": "Aucune LED"},
}
Line = dict[str, Any]
Act = tuple[float, Callable[[], Any]]


@dataclass
class Walk:
    """``units``: where each unit is. ``sent``: the unit in each parcel. ``mistaken``: parcels that never
    left. ``spare``: what the holder has besides."""

    world: World
    random: Random
    mark: str
    units: dict[str, str] = field(default_factory=dict)
    incidents: list[str] = field(default_factory=list)
    sent: dict[str, str] = field(default_factory=dict)
    mistaken: set[str] = field(default_factory=set)
    spare: set[str] = field(default_factory=set)
    told: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new(self, place: str = SQP) -> str:
        unit = f"U{next(self.numbers)}{self.mark}"
        self.units[unit] = place
        return unit

    async def begin(self) -> None:
        unit = self.new(HOLDER)
        body = {**contracts(self.world)[self.world.contract], "serial_number": unit, "articles": []}
        await self.world.office.put(f"/backoffice/contracts/{self.mark}", body)
        self.incidents.append(await declared(self.world, contract_number=self.mark, serial_numbers=[unit]))

    async def lines(self) -> list[Line]:
        found: list[Line] = []
        for number in self.incidents:
            answer = await self.world.support.get(f"/incidents/{number}/exchanges")
            found += [{**line, "incident": number} for line in answer["items"]]
        return found

    async def act(self, *, ends: bool) -> bool:
        """One of the acts that are true now; with ``ends`` of those alone that lead on. False where there is none."""
        lines = await self.lines()
        acts = [act for line in lines for act in self._of_line(line, ends)]
        if not ends and len(lines) < 8:
            going = {line["serial_number"] for line in lines if line["decision"] in ("requested", "approved")}
            acts += [(1, partial(self._ask, unit)) for unit in self._at(HOLDER) if unit not in going]
        if not acts:
            return False
        chosen = self.random.choices([act for _, act in acts], [weight for weight, _ in acts])[0]
        await chosen()
        return True

    def _at(self, place: str) -> list[str]:
        return [unit for unit, at in self.units.items() if at == place]

    def _of_line(self, line: Line, ends: bool) -> list[Act]:
        chosen, may = line["replacement_serial_number"], line["actions"]
        step = partial(self._step, line)
        acts: list[Act] = [*self._of_sending(line), *self._of_backs(line, ends)]
        unit = line["serial_number"] if line["type"] == "repair" else chosen
        for parcel in line["shipments"]:
            acts += self._of_parcel(parcel["id"], unit, ends) if parcel["id"] in self.sent else []
            acts += [(2, partial(self._withdraw, parcel["id"]))] if parcel["id"] in self.mistaken else []
        if line["may_ship"] and not ends:
            acts.append((0.5, partial(self._prepare_by_mistake, line)))
        if "inspect" in may:
            acts.append((3, partial(step, "inspect", outcome=self.random.choice(["as_expected", "no_fault_found"]))))
        if "close" in may:
            acts.append((2, partial(step, "close")))
        for name, more in OF_CHOICE.items():
            if not ends and name in may and (name != "replacement_dead" or self.units[chosen] == HOLDER):
                acts.append((1, partial(step, name, **more)))
        return acts

    def _of_sending(self, line: Line) -> list[Act]:
        faulty, chosen = line["serial_number"], line["replacement_serial_number"]
        unit = faulty if line["type"] == "repair" else chosen
        is_left = line["dispatch"] in ("none", "failed") and line["cover"] != "returned"
        if "reserve" in line["actions"] and (unit is None or (is_left and self.units[unit] == LOST)):
            others = [each for each in self._at(SQP) if each != faulty]
            return [(3, partial(self._reserve, line, self.random.choice([*others, ""])))]
        if unit and is_left and line["decision"] == "approved" and self.units[unit] == SQP:
            return [(3, partial(self._send, line, unit))]
        return []

    def _of_backs(self, line: Line, ends: bool) -> list[Act]:
        acts: list[Act] = []
        faulty, chosen = line["serial_number"], line["replacement_serial_number"]
        of_chosen = line["replacement_return"]
        for back, unit, arrival in ((line["return"], faulty, "receive"), (of_chosen, chosen, "receive_replacement")):
            place, is_awaited = self.units.get(unit), bool(back and back["is_awaited"])
            if is_awaited and place == HOLDER:
                acts.append((2, partial(self._send_back, line, unit)))
            if is_awaited and place == LOST:
                acts.append((1, partial(self._step, line, "settle", outcome="waived", note="Vu")))
            if place == f"{BACK} {line['incident']}/{line['line']}":
                acts.append((3, partial(self._arrive, line, unit, arrival)))
                acts += [] if ends else [(0.3, partial(self._lose, line, unit))]
            elif is_awaited and back is of_chosen and place == SQP:
                acts.append((3, partial(self._arrive, line, unit, arrival)))
        return acts

    def _of_parcel(self, parcel: str, unit: str | None, ends: bool) -> list[Act]:
        inside = self.sent[parcel]
        news = partial(self._news, parcel, inside, is_about=inside == unit)
        if self.units[inside] == f"{OUT} {parcel}":
            failed = self.random.choice(["lost", "lost", "refused", "returned_to_sender"])
            return [(3, partial(news, "delivered")), *([] if ends else [(1, partial(news, failed))])]
        if self.units[inside] == LOST and not ends:
            return [(0.3, partial(news, self.random.choice(["delivered", "returned_to_sender"])))]
        return []

    async def _ask(self, unit: str) -> None:
        number = None
        for each in self.incidents:
            incident = await self.world.support.get(f"/incidents/{each}")
            if unit in [article["serial_number"] for article in incident["articles"]]:
                number = each
        if number is None:
            if not (await self.world.reseller.get("/coverage", serial=unit))["covered"]:
                return
            number = await declared(self.world, contract_number=self.mark, serial_numbers=[unit])
            self.incidents.append(number)
        wanted = {"serial_number": unit, "approve": True, "type": self.random.choice(TYPES)}
        await self._tell(f"/incidents/{number}/exchanges", wanted)

    async def _reserve(self, line: Line, unit: str) -> None:
        await self._step(line, "reserve", serial_number=unit or self.new())

    async def _send(self, line: Line, unit: str) -> None:
        body = {"lines": [line["line"]], "carrier": "dpd", "tracking_number": self._number(), "shipped": True}
        if parcel := await self._tell(f"/incidents/{line['incident']}/shipments", body):
            self.sent[parcel["id"]], self.units[unit] = unit, f"{OUT} {parcel['id']}"

    async def _prepare_by_mistake(self, line: Line) -> None:
        body = {"lines": [line["line"]], "carrier": "dpd", "tracking_number": self._number()}
        if parcel := await self._tell(f"/incidents/{line['incident']}/shipments", body):
            self.mistaken.add(parcel["id"])

    async def _withdraw(self, parcel: str) -> None:
        """Refused where it was called back with its line."""
        await self._tell(f"/shipments/{parcel}/news", {"state": "recalled"})
        self.mistaken.remove(parcel)

    async def _news(self, parcel: str, unit: str, state: str, *, is_about: bool) -> None:
        if await self._tell(f"/shipments/{parcel}/news", {"state": state}):
            self.units[unit] = {"delivered": HOLDER, "lost": LOST}.get(state, SQP)
            if state == "delivered" and not is_about:
                self.spare.add(unit)

    async def _send_back(self, line: Line, unit: str) -> None:
        if await self._step(line, "return_shipped", carrier="chronopost", tracking_number=self._number()):
            self.units[unit] = f"{BACK} {line['incident']}/{line['line']}"

    async def _lose(self, line: Line, unit: str) -> None:
        if await self._step(line, "return_lost", note="Perdu"):
            self.units[unit] = LOST

    async def _arrive(self, line: Line, unit: str, step: str) -> None:
        assert await self._step(line, step, serial_number=unit), self.story
        self.units[unit] = SQP

    async def _step(self, line: Line, step: str, **more: Any) -> Any:
        path = f"/incidents/{line['incident']}/exchanges/{line['line']}/steps"
        return await self._tell(path, {"step": step, **more}, if_match=f'"{line["version"]}"')

    async def _tell(self, path: str, body: dict[str, Any], if_match: str | None = None) -> Any:
        """What was answered; None where it is refused in words."""
        try:
            answer = await self.world.support.post(path, body, if_match=if_match)
        except Refused as refused:
            if refused.status != 409:
                raise
            self.told.append(f"{path} {body}: {refused}")
            return None
        self.told.append(f"{path} {body}")
        return answer or True

    @property
    def story(self) -> str:
        return "\n".join(self.told)

    def _number(self) -> str:
        return f"{next(self.numbers):06d}{self.mark}"


@pytest.mark.parametrize("seed", range(4))
async def test_the_contract_covers_the_unit_that_its_holder_has_whatever_has_happened(world: World, seed: int) -> None:
    walk = Walk(world, Random(seed), Exchange(world).mark)
    await walk.begin()
    for _ in range(ACTS):
        await walk.act(ends=False)
    while await walk.act(ends=True):
        assert len(walk.told) < 10 * ACTS, walk.story
    lines = await walk.lines()
    assert [line for line in lines if line["stage"] != "done"] == [], walk.story
    kept = {line["serial_number"] for line in lines if line["type"] == "no_return"} | walk.spare
    held = {unit for unit, place in walk.units.items() if place == HOLDER}

    async def one_is_covered() -> bool | None:
        cover = [await world.reseller.get("/coverage", serial=unit) for unit in walk.units]
        covered = {each["serial_number"] for each in cover if each["covered"]}
        # What got lost on its way to SQP, and was settled, leaves its holder without one.
        is_with_holder = covered <= held or not held
        return (len(covered) == 1 and is_with_holder and held - covered <= kept) or None

    await eventually(one_is_covered, what=f"one unit covered\n{walk.story}")
