"""Celery around a service's jobs: quorum queue, late acknowledgement, backoff, and one event loop per process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from celery import Celery, Task
from celery.exceptions import Ignore
from celery.signals import worker_process_init
from kombu import Exchange, Queue
from sqlalchemy.dialects.postgresql import insert

from chassis.jobs.periodic import claim
from chassis.jobs.registry import Job, JobRegistry, Periodic, Run
from chassis.messaging.topology import DELIVERY_LIMIT, KEPT, QUORUM, dead_queue
from chassis.observability import continue_trace, traceparent
from chassis.service import Service
from chassis.tables import DeadJob

log = logging.getLogger(__name__)


class Interrupted(Exception):
    """The process stops: the job is neither done nor failed, and runs again later."""


class TaskLoop(Protocol):
    """Where a task's coroutine runs, and who hears that the job is over: succeeded, or failed for good.

    ``run`` raises Interrupted when it is stopped, and otherwise what the coroutine raises.
    """

    def run(self, coroutine: Coroutine[Any, Any, None]) -> None: ...

    def over(self, task_id: str) -> None: ...


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
        # Delayed retries on quorum queues pass through kombu's delay queues, which bind to a topic exchange only.
        task_default_exchange=registry.service,
        task_default_exchange_type="topic",
        task_default_routing_key=registry.queue,
        task_default_queue_type="quorum",
        broker_transport_options={"confirm_publish": True},
        broker_connection_retry_on_startup=True,
        # For ever: whoever gave up would have to be started again, for nothing.
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


def register_tasks(app: Celery, service: Service, loop: TaskLoop) -> None:
    """A Celery task per job of the service; ``loop`` takes its coroutine to the process's event loop."""
    periodics = {periodic.job.name: periodic for periodic in service.jobs.periodics}
    for job, bound in service.jobs.runs.values():
        _register(app, service, job, bound, periodics.get(job.name), loop)
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


def tick_of(periodic: Periodic) -> float:
    """Seconds between two offers of the job: several a slot, so that one missed or failed is made up for within it."""
    return max(1.0, min(60.0, periodic.every.total_seconds() / 4))


def _register(app: Celery, service: Service, job: Job, bound: Run, periodic: Periodic | None, loop: TaskLoop) -> None:
    def task(self: Task[..., None], **arguments: Any) -> None:
        trace = self.request.get("traceparent")
        try:
            loop.run(_in_transaction(service, job, bound, periodic, arguments, trace))
        except Interrupted:
            raise Ignore from None
        except Exception as error:
            service.metrics.jobs.labels(job.name, "failed").inc()
            if periodic:
                log.error("periodic job %s failed, its next tick tries again", job.name, exc_info=error)
            else:
                _retry_or_bury(self, service, job, arguments, error, loop)
        else:
            service.metrics.jobs.labels(job.name, "done").inc()
        loop.over(self.request.id)

    # Not shared: Celery would give the task to every app of the process, another service's too.
    app.task(task, name=job.name, bind=True, shared=False, max_retries=job.max_retries, time_limit=job.hard_limit)


async def _in_transaction(
    service: Service, job: Job, bound: Run, periodic: Periodic | None, arguments: dict[str, Any], trace: str | None
) -> None:
    traceparent.set(continue_trace(trace))
    async with asyncio.timeout(job.time_limit), service.database.transaction() as session:
        if periodic and not await claim(session, periodic.job.name, periodic.every, datetime.now(UTC)):
            return
        await bound(session, **arguments)


def _retry_or_bury(
    task: Task[..., None], service: Service, job: Job, arguments: dict[str, Any], error: Exception, loop: TaskLoop
) -> None:
    """Raises Celery's Retry while attempts are left; afterwards the job is kept among the dead."""
    retries = task.request.retries
    if retries < job.max_retries:
        log.warning("job %s failed, attempt %d", job.name, retries + 1, exc_info=error)
        countdown = min(job.backoff_max, 2 ** (retries + 1))
        headers = {"traceparent": task.request.get("traceparent")}
        raise task.retry(exc=error, countdown=countdown, queue=task.app.conf.task_default_queue, headers=headers)
    log.error("job %s failed for good", job.name, exc_info=error)
    loop.run(_bury(service, task.request.id, job, arguments, error))


async def _bury(service: Service, identifier: str, job: Job, arguments: dict[str, Any], error: Exception) -> None:
    async with service.database.transaction() as session:
        row = {"id": UUID(identifier), "job": job.name, "arguments": arguments, "error": repr(error)[:2000]}
        await session.execute(insert(DeadJob).values(row).on_conflict_do_nothing())


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

    def run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        if self._runner is None:
            self._runner = asyncio.Runner()
        self._runner.run(coroutine)

    def over(self, task_id: str) -> None:
        """The broker's acknowledgement says it all."""
