"""Every queue has a worker: what is enqueued is run, what is told to a queue is taken from it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

from chassis.jobs.registry import Job
from chassis.jobs.worker import make_celery, register_tasks
from chassis.messaging.consumer import Consumer
from chassis.service import Service
from events import CATALOGUE

T = TypeVar("T")


class NoLoop:
    def run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        raise AssertionError("nothing runs here")

    def over(self, task_id: str) -> None:
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
    register_tasks(celery, service, NoLoop())
    jobs = {job.name for job in declared(service, Job)}
    assert jobs <= set(service.jobs.runs)
    assert set(service.jobs.runs) <= set(celery.tasks)


def test_jobs_go_to_the_queue_that_the_worker_reads(service: Service) -> None:
    celery = make_celery(service.jobs, "memory://")
    assert [queue.name for queue in celery.conf.task_queues] == [service.jobs.queue]
    assert celery.conf.task_default_queue == service.jobs.queue


def test_every_periodic_job_is_on_the_scheduler(service: Service) -> None:
    celery = make_celery(service.jobs, "memory://")
    register_tasks(celery, service, NoLoop())
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
