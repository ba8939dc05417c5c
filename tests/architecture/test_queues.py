"""Every queue has a worker: what is enqueued is run, what is told to a queue is taken from it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

import pytest

from chassis.job_registry import Job, JobCall
from chassis.jobs.worker import make_celery, register_tasks
from chassis.messaging.consumer import Consumer
from chassis.processes import declare_topology
from chassis.service import Service
from devkit.servers.targets import RabbitMQTarget
from events import CATALOGUE

T = TypeVar("T")


def no_loop(call: JobCall) -> None:
    raise AssertionError("nothing runs here")


def declared(service: Service, kind: type[T]) -> Iterator[T]:
    """Every ``kind`` that a module of the service holds."""
    package = importlib.import_module(service.name)
    for module in pkgutil.walk_packages(package.__path__, f"{service.name}."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            values = vars(importlib.import_module(module.name)).values()
            yield from (value for value in values if isinstance(value, kind))


def test_every_job_is_bound_and_every_bound_job_is_a_task(service: Service) -> None:
    celery = make_celery(service.jobs, "memory://")
    register_tasks(celery, service, no_loop)
    jobs = {job.name for job in declared(service, Job)}
    assert jobs <= set(service.jobs.runs)
    assert set(service.jobs.runs) <= set(celery.tasks)


def test_jobs_go_to_the_queue_that_the_worker_reads(service: Service) -> None:
    celery = make_celery(service.jobs, "memory://")
    assert [queue.name for queue in celery.conf.task_queues] == [service.jobs.queue]
    assert celery.conf.task_default_queue == service.jobs.queue


def test_every_periodic_job_is_on_the_scheduler(service: Service) -> None:
    celery = make_celery(service.jobs, "memory://")
    register_tasks(celery, service, no_loop)
    assert set(celery.conf.beat_schedule or {}) == {periodic.job.name for periodic in service.jobs.periodics}


def test_every_consumer_is_run_by_its_service(service: Service) -> None:
    run = {consumer.name for consumer in service.consumers}
    assert {consumer.name for consumer in declared(service, Consumer)} <= run
    assert all(name.startswith(f"{service.name}.") for name in run)


def test_every_consumer_takes_something_that_is_told(services: dict[str, Service]) -> None:
    consumers = [consumer for service in services.values() for consumer in service.consumers]
    assert consumers
    assert len({consumer.name for consumer in consumers}) == len(consumers)
    assert all(consumer.handlers and set(consumer.handlers) <= set(CATALOGUE) for consumer in consumers)


@pytest.mark.rabbitmq
async def test_migrations_declare_no_queue_that_nothing_uses(
    services: dict[str, Service], rabbitmq_server: RabbitMQTarget, rabbitmq_vhost: str
) -> None:
    """Twelve consumers with four delays and dead letters each, a queue of jobs and its dead per service, and the
    unrouted: what Celery would declare for delays (28 a vhost) is none of them."""
    for service in services.values():
        url = type(service.settings.events_url)(rabbitmq_vhost)
        settings = service.settings.model_copy(update={"events_url": url, "jobs_url": url})
        await declare_topology(replace(service, settings=settings))
    vhost = rabbitmq_vhost.rpartition("/")[2]
    declared_queues = rabbitmq_server.management.call("GET", f"definitions/{vhost}")["queues"]
    consumers = sum(len(service.consumers) for service in services.values())
    assert len(declared_queues) == consumers * 6 + len(services) * 2 + 1
    assert len(declared_queues) < 90
