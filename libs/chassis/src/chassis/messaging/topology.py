"""Names and arguments of exchanges and queues: said once, the same for every bus and for the operator's tools.

A queue's type goes in its arguments, tunables go in policies; a delay is part of its queue's name, because changed
arguments would be refused (406).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

EVENTS_EXCHANGE = "events"
UNROUTED = "events.unrouted"
ATTEMPTS_HEADER = "x-attempts"
ERROR_HEADER = "x-error"
QUORUM = {"x-queue-type": "quorum"}
# RabbitMQ also counts a delivery that a process had prefetched but not yet handled when it died. The limit is therefore
# far above the number of attempts, which we count ourselves in ATTEMPTS_HEADER.
DELIVERY_LIMIT = {"x-delivery-limit": 20}
# RabbitMQ 4 sets a limit of 20 by itself, and looking at a queue counts: dead letters would vanish by being listed.
KEPT = {**QUORUM, "x-delivery-limit": 1_000_000_000}


@dataclass(frozen=True)
class Exchange:
    name: str
    type: str
    arguments: dict[str, Any]
    bindings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Queue:
    """``bindings``, here and of an exchange: from which exchange, by which key."""

    name: str
    arguments: dict[str, Any]
    bindings: tuple[tuple[str, str], ...]


def service_of(name: str) -> str:
    """The service that owns a consumer, or publishes a type of event: the part before the first dot."""
    return name.split(".", 1)[0]


def exchange_of(service: str) -> str:
    """The exchange to which this service alone publishes."""
    return f"{EVENTS_EXCHANGE}.{service}"


def attempts_of(headers: Mapping[str, Any]) -> int:
    """How many attempts were made, by the header that we set on a retry. Any publisher can set it, so an odd value
    counts as none."""
    attempts = headers.get(ATTEMPTS_HEADER)
    return max(0, attempts) if isinstance(attempts, int) else 0


def retry_exchange(service: str) -> str:
    return f"{service}.retry"


def retry_queue(consumer: str, delay: timedelta) -> str:
    return f"{consumer}.retry.{int(delay.total_seconds() * 1000)}ms"


def dead_queue(consumer: str) -> str:
    return f"{consumer}.dead"


def rights(service: str) -> dict[str, str]:
    """What a service's broker user may do in the events' vhost: anything with names of its own, publish to its own
    exchange, and bind queues to the exchange of all events.

    Only an administrator may write to the exchange of all events. A user who may write to an exchange may also bind an
    exchange of their own to it, or direct dead letters there, with any routing key; RabbitMQ does not check topic
    permissions in these cases. No service may write to the default exchange, because it reaches every queue.
    """
    own = rf"{re.escape(service)}\..*"
    return {
        "configure": f"^{own}$",
        "write": f"^({re.escape(exchange_of(service))}|{own})$",
        "read": f"^({re.escape(EVENTS_EXCHANGE)}|{own})$",
    }


def is_from_publisher(type_: str, exchange: str, consumer: str) -> bool:
    """Whether an event was published by the service that its type names: it came through that service's exchange, or
    through one to which only an administrator or the consumer itself may write. The routing key proves nothing, because
    a message may carry several. Neither does the default exchange, through which a message reaches any queue."""
    return exchange in (exchange_of(service_of(type_)), retry_exchange(service_of(consumer)), EVENTS_EXCHANGE)


def shared_exchanges(services: Sequence[str]) -> list[Exchange]:
    """The exchanges that the administrator declares. `events` is bound to each service's exchange and receives those
    events whose key begins with the service's name."""
    return [
        Exchange(UNROUTED, "fanout", {}),
        *(Exchange(exchange_of(service), "topic", {}) for service in services),
        Exchange(
            EVENTS_EXCHANGE,
            "topic",
            {"alternate-exchange": UNROUTED},
            tuple((exchange_of(service), f"{service}.#") for service in services),
        ),
    ]


def own_exchange(service: str) -> Exchange:
    return Exchange(retry_exchange(service), "direct", {})


def queues(consumer: str, types: Sequence[str], ladder: Sequence[timedelta]) -> list[Queue]:
    """A consumer's queue, its ladder and its dead letters."""
    retry = retry_exchange(service_of(consumer))
    dead = dead_queue(consumer)
    main = Queue(
        consumer,
        {**QUORUM, **DELIVERY_LIMIT, "x-dead-letter-exchange": retry, "x-dead-letter-routing-key": dead},
        (*((EVENTS_EXCHANGE, type_) for type_ in types), (retry, consumer)),
    )
    steps = [_step(consumer, delay, retry) for delay in ladder]
    return [main, *steps, Queue(dead, dict(KEPT), ((retry, dead),))]


def _step(consumer: str, delay: timedelta, retry: str) -> Queue:
    name = retry_queue(consumer, delay)
    arguments = {
        **QUORUM,
        "x-message-ttl": int(delay.total_seconds() * 1000),
        # Back to this consumer alone, and by an exchange of its service's own: the right to write to the default
        # exchange would be the right to write to every queue.
        "x-dead-letter-exchange": retry,
        "x-dead-letter-routing-key": consumer,
        # An expiring message is otherwise moved without a confirm and can be lost.
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    return Queue(name, arguments, ((retry, name),))


def unrouted() -> Queue:
    return Queue(UNROUTED, dict(KEPT), ((UNROUTED, "#"),))
