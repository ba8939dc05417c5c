"""What the portal asks of the incidents service about SQP's desk."""

from __future__ import annotations

from api.incidents.desk import (
    Absent,
    Assign,
    DeskDue,
    DeskItem,
    DeskPage,
    DeskPeople,
    GivenBack,
    LinkCreate,
    MergeInto,
    NextGiven,
    NextWanted,
    PutOff,
    Release,
    Skip,
)
from portal.api_client import Parameter
from portal.page_request import PageRequest


async def find(page: PageRequest, **parameters: Parameter) -> DeskPage:
    return await page.get(DeskPage, "/desk", **parameters)


async def due(page: PageRequest) -> DeskDue:
    return await page.get(DeskDue, "/desk/due")


async def people(page: PageRequest) -> DeskPeople:
    return await page.get(DeskPeople, "/desk/people")


async def item(page: PageRequest, number: str) -> DeskItem:
    return await page.get(DeskItem, f"/desk/{number}")


async def take_next(page: PageRequest, wanted: NextWanted) -> NextGiven:
    return (await page.send(NextGiven, "POST", "/desk/next", wanted)).body


async def give_back(page: PageRequest, wanted: Absent) -> GivenBack:
    return (await page.send(GivenBack, "POST", "/desk/absent", wanted)).body


async def take(page: PageRequest, number: str) -> None:
    await page.change("POST", f"/desk/{number}/take")


async def release(page: PageRequest, number: str) -> None:
    await page.change("POST", f"/desk/{number}/release", Release())


async def settle(page: PageRequest, number: str) -> None:
    await page.change("POST", f"/desk/{number}/settle")


async def put_off(page: PageRequest, number: str, wanted: PutOff) -> None:
    await page.change("POST", f"/desk/{number}/snooze", wanted)


async def wake(page: PageRequest, number: str) -> None:
    await page.change("POST", f"/desk/{number}/wake")


async def remind(page: PageRequest, number: str) -> None:
    await page.change("POST", f"/desk/{number}/remind")


async def assign(page: PageRequest, number: str, wanted: Assign) -> None:
    await page.change("POST", f"/desk/{number}/assign", wanted)


async def skip(page: PageRequest, number: str, wanted: Skip) -> None:
    await page.change("POST", f"/desk/{number}/skip", wanted)


async def link(page: PageRequest, number: str, wanted: LinkCreate) -> None:
    await page.change("POST", f"/desk/{number}/links", wanted)


async def merge(page: PageRequest, number: str, wanted: MergeInto) -> None:
    await page.change("POST", f"/desk/{number}/merge", wanted)


async def part(page: PageRequest, number: str) -> None:
    await page.change("DELETE", f"/desk/{number}/merge")


async def unlink(page: PageRequest, number: str, other: str) -> None:
    await page.change("DELETE", f"/desk/{number}/links/{other}")
