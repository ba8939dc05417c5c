"""The embedded stack's worker: one Celery app and one worker thread run the jobs of several services.

Jobs come from :class:`chassis.messaging.local.LocalBus`, whose rows are the guarantee; Celery's memory transport only
carries them to a pool of threads, which hand each job's coroutine to the process's own event loop and wait for it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from typing import Any
from uuid import uuid4

from celery import Celery
from celery.concurrency.thread import TaskPool
from celery.worker import WorkController, state
from kombu import Queue
from kombu.transport import memory, virtual

from chassis.jobs.registry import JobRegistry, Periodic
from chassis.jobs.worker import Interrupted, make_celery, register_tasks, tick_of
from chassis.messaging.local import LocalBus
from chassis.service import Service

log = logging.getLogger(__name__)

CONCURRENCY = 4
POLL = 0.02
TIMER = 0.1
START_TIMEOUT = 10.0
# Together below two seconds: what is under way may end, then it is cut off and runs again at the next start.
GRACE = 1.0
JOIN_TIMEOUT = 0.9


class EmbeddedWorker:
    """Give its :meth:`start_job` to nobody: it takes the bus's jobs itself. One per process at a time."""

    def __init__(self, services: Sequence[Service], bus: LocalBus, *, concurrency: int = CONCURRENCY) -> None:
        self._bus = bus
        self._periodics = [periodic for service in services for periodic in service.jobs.periodics]
        self._loop = MainLoop(bus)
        self._app = _memory_app()
        for service in services:
            register_tasks(self._app, service, self._loop)
        self._concurrency = concurrency
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None
        self._ticks: list[asyncio.Task[None]] = []
        bus.work_with(self.start_job)

    async def start(self) -> None:
        """Starts the thread, takes up what an earlier process left unfinished, and begins the periodic ticks."""
        self._loop.begin(asyncio.get_running_loop())
        state.should_stop = None  # Celery keeps it per process, and an earlier worker's stop has set it
        self._thread = threading.Thread(target=self._work, name="embedded worker", daemon=True)
        self._thread.start()
        if not await asyncio.to_thread(self._ready.wait, START_TIMEOUT):
            raise RuntimeError("the embedded worker does not start")
        await self._bus.restart_jobs()
        self._ticks = [asyncio.create_task(self._tick(periodic)) for periodic in self._periodics]

    async def stop(self) -> None:
        """Within two seconds; a job that does not end by then is rolled back and runs again at the next start."""
        for tick in self._ticks:
            tick.cancel()
        await asyncio.gather(*self._ticks, return_exceptions=True)
        await asyncio.to_thread(self._loop.end, GRACE)
        if self._thread is None:
            return
        state.should_stop = 0
        await asyncio.to_thread(self._thread.join, JOIN_TIMEOUT)
        if self._thread.is_alive():
            log.warning("the embedded worker's thread is left behind")
        self._thread = None

    def start_job(self, identifier: str, name: str, arguments: dict[str, Any]) -> None:
        """Queues the job unless it is under way; before :meth:`start` its row alone remembers it."""
        if self._ready.is_set() and self._loop.takes(identifier):
            self._app.send_task(name, kwargs=arguments, task_id=identifier, ignore_result=True)

    def _work(self) -> None:
        self._app.set_current()
        controller = WorkController(
            app=self._app,
            pool=ContextPool,
            concurrency=self._concurrency,
            hostname="embedded@localhost",
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
            ready_callback=lambda _consumer: self._ready.set(),
        )
        # The timer of retries looks up only when it has something to do, and a stop waits for that.
        controller.timer.call_repeatedly(TIMER, lambda: None)
        try:
            controller.start()
        finally:
            self._ready.clear()

    async def _tick(self, periodic: Periodic) -> None:
        """Offers the job at once and then several times a slot; the slot's row decides whether it runs."""
        last = ""
        while True:
            if not self._loop.holds(last):
                last = str(uuid4())
                self.start_job(last, periodic.job.name, {})
            await asyncio.sleep(tick_of(periodic))


class MainLoop:
    """Runs coroutines of worker threads on the process's event loop, and knows which jobs are under way."""

    def __init__(self, bus: LocalBus) -> None:
        self._bus = bus
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._jobs: set[str] = set()
        self._running: set[Future[None]] = set()

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def end(self, grace: float) -> None:
        """Takes nothing new on, waits ``grace`` seconds for what runs and cancels the rest."""
        with self._lock:
            self._loop = None
            running = set(self._running)
            self._jobs.clear()
        for future in wait(running, timeout=grace).not_done:
            future.cancel()

    def takes(self, identifier: str) -> bool:
        """Whether the job is new here: a relay that lost its confirmation offers the same one again."""
        with self._lock:
            new = identifier not in self._jobs
            self._jobs.add(identifier)
            return new

    def holds(self, identifier: str) -> bool:
        return identifier in self._jobs

    def run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        with self._lock:
            if self._loop is None:
                coroutine.close()
                raise Interrupted
            future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
            self._running.add(future)
        try:
            future.result()
        except CancelledError as error:
            raise Interrupted from error
        finally:
            with self._lock:
                self._running.discard(future)

    def over(self, task_id: str) -> None:
        try:
            self.run(self._bus.job_done(task_id))
        finally:
            with self._lock:
                self._jobs.discard(task_id)


class ContextPool(TaskPool):  # type: ignore[misc]
    """Threads that know the app: Celery looks it up by thread."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.executor = ThreadPoolExecutor(self.limit, "embedded job", initializer=self.app.set_current)


def _memory_app() -> Celery:
    registry = JobRegistry("embedded")
    app = make_celery(registry, "localhost")
    app.conf.update(
        broker_transport=_transport(),
        task_queues=[Queue(registry.queue)],
        task_default_queue_type="classic",
        task_default_exchange="",
        task_default_exchange_type="direct",
        broker_transport_options={"polling_interval": POLL},
        # The row of the bus goes when the job has committed, so the message in memory guards nothing.
        task_acks_late=False,
        worker_prefetch_multiplier=0,
        worker_timer_precision=TIMER,
    )
    return app


def _transport() -> type[memory.Transport]:
    """A memory transport of one worker's own: Celery's keeps its queues per process, past a stop."""

    class Channel(memory.Channel):  # type: ignore[misc]
        queues: dict[str, Any] = {}  # noqa: RUF012

    class Transport(memory.Transport):  # type: ignore[misc]
        global_state = virtual.BrokerState()

        def drain_events(self, connection: Any, timeout: float | None = None) -> Any:
            return super().drain_events(connection, timeout=min(timeout or POLL, POLL * 5))

    Transport.Channel = Channel
    return Transport
