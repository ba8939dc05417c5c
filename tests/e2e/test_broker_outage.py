"""RabbitMQ is killed in the middle of the flow and comes back: no event is lost, no write refused meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from demonstration.caller import eventually
from devkit.servers.targets import RabbitMQTarget
from devstack.testing.world import World, contracts

pytestmark = [pytest.mark.e2e, pytest.mark.rabbitmq]

WHILE_AWAY = 20


@pytest.mark.parametrize("stack", ["real"], indirect=True)
async def test_killing_the_broker_loses_no_event(world: World, request: pytest.FixtureRequest) -> None:
    rabbitmq: RabbitMQTarget = request.getfixturevalue("rabbitmq_server")
    if rabbitmq.private is None:
        pytest.skip("the broker is not ours to kill")
    template = contracts(world)[f"{world.mark}-4"]
    numbers = [f"{world.mark}-K{index}" for index in range(WHILE_AWAY)]
    half = WHILE_AWAY // 2
    for number in numbers[:half]:
        await world.office.put(f"/backoffice/contracts/{number}", template | {"serial_number": f"S{number}"})
    await asyncio.to_thread(rabbitmq.private.kill)
    for number in numbers[half:]:
        await world.office.put(f"/backoffice/contracts/{number}", template | {"serial_number": f"S{number}"})
    await asyncio.to_thread(rabbitmq.private.start)

    async def all_arrived() -> bool | None:
        """Incidents knows a contract when it offers addresses for it."""
        answers = [await world.other.get("/delivery-addresses", contract=number) for number in numbers]
        return len(answers) == WHILE_AWAY or None

    await eventually(all_arrived, what="every contract in incidents", seconds=90)
