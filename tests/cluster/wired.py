"""What the code itself says of processes, queues, jobs and times, wired as the processes wire it and not started."""

from __future__ import annotations

import importlib
from functools import cache

from tests.cluster.reading import SERVICES

from chassis.http.serving import GRACE
from chassis.service import Service
from chassis.settings import ServiceSettings

__all__ = ["EVENTS_VHOST", "GRACE", "LONGEST_DELIVERY", "longest_job", "service", "worked_queues"]

EVENTS_VHOST = "events"

_FIELDS = ServiceSettings.model_fields
# A handler's statements, then the confirm of what it passes on.
LONGEST_DELIVERY = float(_FIELDS["statement_timeout"].default) + float(_FIELDS["confirm_timeout"].default)


@cache
def service(name: str) -> Service:
    settings = importlib.import_module(f"{name}.settings").Settings(environment="test")
    built: Service = importlib.import_module(f"{name}.bootstrap").build(settings)
    return built


def longest_job(name: str) -> int:
    """Seconds until the service's longest job is cut off."""
    return max(job.hard_limit for job, _ in service(name).jobs.runs.values())


def worked_queues() -> dict[tuple[str, str], str]:
    """(vhost, queue) to the process that works it. Retry ladders are worked by the broker's clock, dead letters and
    ``events.unrouted`` by an operator: they have no worker, and want none."""
    found: dict[tuple[str, str], str] = {}
    for name in SERVICES:
        found |= {(EVENTS_VHOST, consumer.name): f"{name}-events" for consumer in service(name).consumers}
        found[f"{name}-jobs", service(name).jobs.queue] = f"{name}-tasks"
    return found
