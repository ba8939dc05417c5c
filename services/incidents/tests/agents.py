"""SQP's people at the desk: who they are, how the service learns of them, and what they ask of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from devkit.harness import SQP, person
from events.identity import UserChanged
from web.clock import PARIS

CAMILLE = person("sqp", "SQP", name="Camille Durand")
SQP_BASIC = person("sqp", "SQP", "basic")


def paris(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=PARIS)


async def known(desk: Any, who: Any, version: int = 1, **changes: Any) -> None:
    """Identity tells of a person of SQP."""
    first, _, last = who.name.partition(" ")
    values = {
        "version": version,
        "user_id": who.user_id,
        "organisation_id": who.organisation_id,
        "organisation_kind": who.organisation_kind,
        "login": "login",
        "first_name": first,
        "last_name": last,
        "email": "a@sqp.fr",
        "role": who.role,
        "status": "active",
    }
    await desk.harness.deliver(UserChanged(**{**values, **changes}))


async def act(desk: Any, number: str, what: str, by: Any = SQP, **body: Any) -> Any:
    return await desk.as_(by).post(f"/desk/{number}/{what}", json=body)


async def done(desk: Any, number: str, what: str, by: Any = SQP, **body: Any) -> None:
    answer = await act(desk, number, what, by, **body)
    assert answer.status_code == 204, answer.text


async def following(desk: Any, by: Any = SQP, **wanted: Any) -> str | None:
    answer = await desk.as_(by).post("/desk/next", json=wanted)
    assert answer.status_code == 200, answer.text
    number: str | None = answer.json()["number"]
    return number


async def item(desk: Any, number: str, by: Any = SQP) -> Any:
    answer = await desk.as_(by).get(f"/desk/{number}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def due(desk: Any, by: Any = SQP, **asked: Any) -> list[str]:
    return [each["number"] for each in (await desk.as_(by).get("/desk", params=asked)).json()["items"]]
