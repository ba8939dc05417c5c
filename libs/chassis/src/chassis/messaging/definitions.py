"""What an administrator loads into RabbitMQ before any service starts: users, vhosts, rights, and what is shared.

The same text for docker-compose.yml and for the tests' real stack; k8s/ says it as objects of the operator.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from chassis.messaging.topology import Exchange, Queue, rights, shared_exchanges, unrouted

EVENTS_VHOST = "events"
EVERYTHING = {"configure": ".*", "write": ".*", "read": ".*"}


def jobs_vhost(service: str) -> str:
    return f"{service}-jobs"


def definitions(passwords: Mapping[str, str], prefix: str = "") -> dict[str, list[dict[str, Any]]]:
    """Per service, by its password, a user with own names in the events' vhost and a vhost of jobs. ``prefix`` keeps
    the names of users and vhosts apart on a broker that others use."""
    events = f"{prefix}{EVENTS_VHOST}"
    jobs = {service: f"{prefix}{jobs_vhost(service)}" for service in passwords}
    return {
        "users": [user(f"{prefix}{service}", password) for service, password in passwords.items()],
        "vhosts": [{"name": vhost, "default_queue_type": "quorum"} for vhost in (events, *jobs.values())],
        "permissions": [
            *(permission(f"{prefix}{service}", events, rights(service)) for service in passwords),
            *(permission(f"{prefix}{service}", vhost, EVERYTHING) for service, vhost in jobs.items()),
        ],
        **_shared(events, list(passwords)),
    }


def user(name: str, password: str, tags: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "name": name,
        "password_hash": password_hash(password),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": list(tags),
    }


def password_hash(password: str) -> str:
    """RabbitMQ's salted SHA-256. The salt comes from the password, so that the same set gives the same file."""
    salt = hashlib.sha256(f"salt of {password}".encode()).digest()[:4]
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def permission(name: str, vhost: str, allowed: Mapping[str, str]) -> dict[str, Any]:
    return {"user": name, "vhost": vhost, **allowed}


def _shared(vhost: str, services: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    exchanges, queue = shared_exchanges(services), unrouted()
    return {
        "exchanges": [_durable(vhost, each) | {"type": each.type, "internal": False} for each in exchanges],
        "queues": [_durable(vhost, queue)],
        "bindings": [
            *(binding for exchange in exchanges for binding in _bindings(vhost, "exchange", exchange)),
            *_bindings(vhost, "queue", queue),
        ],
    }


def _durable(vhost: str, thing: Exchange | Queue) -> dict[str, Any]:
    return {"name": thing.name, "vhost": vhost, "durable": True, "auto_delete": False, "arguments": thing.arguments}


def _bindings(vhost: str, kind: str, thing: Exchange | Queue) -> list[dict[str, Any]]:
    to = {"destination": thing.name, "destination_type": kind}
    return [
        {"source": source, "vhost": vhost, **to, "routing_key": key, "arguments": {}} for source, key in thing.bindings
    ]
