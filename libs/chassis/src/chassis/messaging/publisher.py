"""What the relay needs of a bus. RabbitMQ's is in :mod:`chassis.messaging.amqp_publisher`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID


class BrokerUnavailable(Exception):
    """The broker cannot be reached, closed the connection or does not confirm."""


@dataclass(frozen=True)
class Row:
    position: int
    id: UUID
    kind: str
    type: str
    aggregate: str
    payload: dict[str, Any]


class Publisher(Protocol):
    """Where rows go. Answers per row None when the bus has it for good, or the reason why not; raises
    BrokerUnavailable when the bus cannot be reached at all."""

    async def publish(self, rows: Sequence[Row]) -> list[str | None]: ...

    async def close(self) -> None: ...
