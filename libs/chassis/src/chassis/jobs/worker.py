"""Celery around a service's jobs: quorum queue, late acknowledgement, and one event loop per process.

Celery delivers a job and cuts it off; whether it is retried is decided in :mod:`chassis.jobs.attempts`, and what waits
for a later time waits in the outbox, so that the broker needs no queues for delays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from celery import Celery, Task
from celery.exceptions import Reject
from celery.signals import worker_process_init
from kombu import Exchange, Queue

from chassis.job_registry import Job, JobCall, JobRegistry
from chassis.jobs.attempts import perform
from chassis.jobs.time_slots import tick_of
from chassis.messaging.topology import DELIVERY_LIMIT, KEPT, QUORUM, dead_queue
from chassis.service import Service


class Interrupted(Exception):
    """The process stops: the job is neither done nor failed, and runs again later."""


def make_celery(registry: JobRegistry, broker_url: str) -> Celery:
    """The Celery app of one service, or of several when the embedded stack merges their registries."""
    app = Celery(registry.service, broker=broker_url, set_as_current=False)
    exchange = Exchange(registry.service, type="topic")
    dead = Queue(dead_queue(registry.queue), Exchange(""), queue_arguments=dict(KEPT))
    queue = Queue(
        registry.queue,
        exchange,
        routing_key=registry.queue,
        # A job that kills its worker comes back until the limit, then waits among the dead for an operator.
        queue_arguments={
            **QUORUM,
            **DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": dead.name,
        },
    )
    app.conf.dead_queue = dead
    app.conf.update(
        task_queues=[queue],
        task_default_queue=registry.queue,
        # Of this type since earlier releases; another one would be refused (406).
        task_default_exchange=registry.service,
        task_default_exchange_type="topic",
        task_default_routing_key=registry.queue,
        task_default_queue_type="quorum",
        broker_transport_options={"confirm_publish": True},
        broker_connection_retry_on_startup=True,
        # None: retry for ever. A worker that stopped trying would have to be restarted once the broker is back.
        broker_connection_max_retries=None,
        broker_heartbeat=15,
        task_acks_late=True,
        # A job that ends outside our own retries goes to the dead letters; one that was cut off comes back.
        task_acks_on_failure=False,
        task_acks_on_timeout=False,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        event_queue_durable=False,
        beat_scheduler="celery.beat:Scheduler",
        beat_max_loop_interval=5,
        enable_utc=True,
    )
    return app


def declare_queues(app: Celery) -> None:
    """Declares the job queue and its dead letters at the broker; harmless to repeat, blocking."""
    with app.connection_for_write(connect_timeout=5) as connection:
        for queue in (*app.conf.task_queues, app.conf.dead_queue):
            queue(connection.default_channel).declare()


def register_tasks(app: Celery, service: Service, run: Callable[[JobCall], None]) -> None:
    """A Celery task per job of the service. ``run`` blocks until the outcome is stored, or raises Interrupted."""
    for job, _ in service.jobs.runs.values():
        _register(app, job, run)
    for periodic in service.jobs.periodics:
        interval = tick_of(periodic)
        app.conf.beat_schedule = {
            **(app.conf.beat_schedule or {}),
            periodic.job.name: {
                "task": periodic.job.name,
                "schedule": interval,
                "options": {"expires": interval, "queue": app.conf.task_default_queue},
            },
        }


def _register(app: Celery, job: Job, run: Callable[[JobCall], None]) -> None:
    def task(self: Task[..., None], **arguments: Any) -> None:
        request = self.request
        call = JobCall(UUID(request.id), job.name, arguments, request.retries, request.get("traceparent"))
        try:
            run(call)
        except Interrupted:
            raise Reject(requeue=True) from None

    # Not shared: Celery would give the task to every app of the process, another service's too.
    app.task(task, name=job.name, bind=True, shared=False, time_limit=job.hard_limit)


class ProcessLoop:
    """The one event loop that a worker process keeps; a forked child makes its own and drops what it inherited."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._runner: asyncio.Runner | None = None
        worker_process_init.connect(self._after_fork, weak=False)

    def _after_fork(self, **_signal: Any) -> None:
        # The parent's sockets are shared by the fork: forget them without closing.
        self._service.database.forget()
        self._runner = None

    def run(self, call: JobCall) -> None:
        if self._runner is None:
            self._runner = asyncio.Runner()
        self._runner.run(perform(self._service, call))
