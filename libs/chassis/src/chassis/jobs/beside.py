"""Celery's worker in a thread beside an event loop, so that one process runs jobs, relay and consumers.

Celery takes jobs from the broker, acknowledges them and reconnects; their coroutines run in the process's one loop.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any

from celery.concurrency.thread import TaskPool
from celery.worker import WorkController, state

from chassis.database import AWAY_PAUSE
from chassis.job_registry import JobCall
from chassis.jobs.attempts import AWAITED, attempt
from chassis.jobs.celery_processes import JobConsumer, log_as_we_do
from chassis.jobs.worker import Interrupted, make_celery, register_tasks
from chassis.retry_policy import DatabaseAway
from chassis.service import Service

log = logging.getLogger(__name__)

# Seconds: Celery's loop turns at least so often, and notices a stop.
TURN = 0.2
# Seconds without a turn until the thread counts as stuck; connecting to a broker that is silent takes four.
STUCK = 15.0


class JobThread:
    """One per process, as Celery keeps its request to stop per process."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._app = make_celery(service.jobs, service.settings.jobs_url.get_secret_value())
        register_tasks(self._app, service, self._run)
        self._stopping = threading.Event()
        self._turned = time.monotonic()
        self._ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._worker: Any = None

    async def run(self) -> None:
        """Until cancelled; then the job under way ends first, its hard limit at most."""
        threading.Thread(target=self._work, name="celery", daemon=True).start()
        try:
            await self._ended.wait()
        except asyncio.CancelledError:
            self._stopping.set()
            await self._ended.wait()
            raise
        raise RuntimeError("Celery's worker ended by itself")

    def is_turning(self) -> bool:
        return time.monotonic() - self._turned < STUCK

    def _work(self) -> None:
        try:
            self._app.set_current()
            log_as_we_do()
            self._worker = WorkController(
                app=self._app,
                pool=_Pool,
                concurrency=1,
                consumer_cls=JobConsumer,
                without_gossip=True,
                without_mingle=True,
            )
            self._worker.beat = self._turn_unconnected
            self._worker.timer.call_repeatedly(TURN, self._turn)
            self._worker.start()
        finally:
            self._loop.call_soon_threadsafe(self._ended.set)

    def _turn(self) -> None:
        """Called in each round of Celery's loop. On a stop it first cancels the subscription, then waits for the job
        under way. Leaving is scheduled for the loop's next round, after the job's acknowledgement, which is queued
        there already."""
        self._turned = time.monotonic()
        if not self._stopping.is_set():
            return
        if self._app.amqp.queues.consume_from:
            self._worker.consumer.cancel_task_queue(self._service.jobs.queue)
        elif self._worker.pool.is_idle():
            self._worker.consumer.hub.call_soon(_leave)

    def _turn_unconnected(self) -> None:
        """About every second while Celery waits for the broker."""
        self._turned = time.monotonic()
        if self._stopping.is_set():
            _leave()

    def _run(self, call: JobCall) -> None:
        """In the pool's thread."""
        job, _ = self._service.jobs[call.name]
        while not self._stopping.is_set():
            try:
                return self._in_loop(attempt(self._service, call), job.hard_limit)
            except DatabaseAway:
                log.warning(AWAITED, call.name)
                self._wait_for_database()
        raise Interrupted

    def _wait_for_database(self) -> None:
        while not self._stopping.wait(AWAY_PAUSE):
            if asyncio.run_coroutine_threadsafe(self._service.database.answers(), self._loop).result():
                return

    def _in_loop(self, coroutine: Coroutine[Any, Any, None], hard_limit: float) -> None:
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        self._worker.pool.under_way = future
        try:
            future.result(hard_limit)
        except CancelledError:
            raise Interrupted from None
        except TimeoutError:
            if future.done():
                raise
            # The job has blocked the event loop beyond its time limit, so relay and consumers stand still too. Killing
            # the process makes the orchestrator restart it; the broker redelivers the job up to its delivery limit.
            log.critical("job blocks the process, which ends")
            os.kill(os.getpid(), signal.SIGKILL)


class _Pool(TaskPool):  # type: ignore[misc]  # Celery has no types
    """Threads that know the app, which Celery looks up by thread."""

    under_way: Future[None] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.executor = ThreadPoolExecutor(self.limit, "job", initializer=self.app.set_current)
        self._given: Future[Any] | None = None

    def on_apply(self, *args: Any, **kwargs: Any) -> Any:
        result = super().on_apply(*args, **kwargs)
        self._given = result.f
        return result

    def is_idle(self) -> bool:
        """Whether the last job has ended and is acknowledged, as far as this thread is concerned."""
        return self._given is None or self._given.done()

    def terminate_job(self, pid: int, signal: int | None = None) -> None:
        """The connection is lost, so the job is not acknowledged and comes back: cut it off."""
        if self.under_way is not None:
            self.under_way.cancel()


def _leave() -> None:
    state.should_stop = 0
