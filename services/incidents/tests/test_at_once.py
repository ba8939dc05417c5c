"""Everybody writes on one incident at once: each is answered, and nobody locks another out."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

from services.incidents.tests.agents import CAMILLE, known

from devkit.harness import RESELLER, SQP


async def test_writers_of_one_incident_wait_for_each_other_in_one_order(desk: Any) -> None:
    await desk.register()
    for who in (SQP, CAMILLE):
        await known(desk, who)
    number = await desk.declare()
    await desk.exchange(number)
    loose = [await desk.attached(number, "sqp") for _ in range(4)]
    for round_ in range(4):
        named = uuid4()
        await desk.attach(number, "sqp", RESELLER, named)
        answers = await asyncio.gather(
            desk.as_(SQP).post(f"/desk/{number}/take"),
            desk.as_(SQP).post(f"/desk/{number}/release", json={}),
            desk.as_(CAMILLE).post("/desk/next", json={}),
            desk.as_(SQP).post(f"/desk/{number}/skip", json={"reason": "Plus tard"}),
            desk.as_(SQP).post(f"/desk/{number}/snooze", json={}),
            desk.post(number, "sqp", RESELLER, file_ids=[str(uuid4())]),
            desk.post(number, "sqp", SQP),
            desk.post(number, "internal", SQP),
            desk.try_move(number, "in_diagnosis", SQP),
            desk.try_step(number, "send_label", without_statement="x"),
            desk.attach(number, "sqp", RESELLER, uuid4()),
            desk.as_(RESELLER).delete(f"/incidents/{number}/files/{loose[round_]}"),
            desk.bound(number, "sqp", named),
        )
        assert [each for each in answers[:-1] if each.status_code >= 500] == []
