"""Celery's worker and scheduler as processes like ours: they log as we do, show that they live, and leave in order."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from celery import Celery, signals
from celery.apps import worker as program
from celery.beat import Scheduler
from celery.worker.consumer import Consumer

from chassis.heartbeat import EVERY, Heartbeat

log = logging.getLogger(__name__)

# Seconds; the scheduler looks up at least so often.
MAX_INTERVAL = 5


class _Worker(program.Worker):  # type: ignore[misc]  # Celery has no types
    def install_platform_tweaks(self, worker: Any) -> None:
        """SIGTERM and SIGINT let the running job finish. Celery's own handlers also print, restart on a hang-up and
        open a debugger."""
        for name in ("SIGTERM", "SIGINT"):
            program.install_worker_term_handler(worker, sig=name, verbose=False, callback=_say_stopping)


def _say_stopping(_worker: Any) -> None:
    log.info("stopping: the job under way ends first")


class JobConsumer(Consumer):  # type: ignore[misc]  # Celery has no types
    """Beats also while it waits for the broker: it is alive, and no restart would help it. Declares no queues
    for delays (28 a vhost): what is due later waits in the outbox."""

    class Blueprint(Consumer.Blueprint):  # type: ignore[misc]  # Celery has no types
        default_steps = [  # noqa: RUF012
            step for step in Consumer.Blueprint.default_steps if not step.endswith(":DelayedDelivery")
        ]

    def ensure_connected(self, connection: Any) -> Any:
        connection.ensure_connection = partial(_alive, connection.ensure_connection, self.controller.beat)
        return super().ensure_connected(connection)


class _Scheduler(Scheduler):  # type: ignore[misc]  # Celery has no types
    """As above; the connection is made in the middle of a tick."""

    def __init__(self, heartbeat: Heartbeat, **options: Any) -> None:
        self._heartbeat = heartbeat
        super().__init__(**options)

    def tick(self, *arguments: Any, **named: Any) -> Any:
        self._heartbeat.beat()
        return super().tick(*arguments, **named)

    def _ensure_connected(self) -> Any:
        connection = self.connection
        connection.ensure_connection = partial(_alive, connection.ensure_connection, self._heartbeat.beat)
        return super()._ensure_connected()


def _alive(
    ensure: Callable[..., Any],
    beat: Callable[[], None],
    *arguments: Any,
    callback: Callable[[], None] | None = None,
    **named: Any,
) -> Any:
    """Connects as ``ensure`` does, which calls back about every second while it waits."""

    def called() -> None:
        beat()
        if callback:
            callback()

    return ensure(*arguments, callback=called, **named)


def run_celery_worker(app: Celery, heartbeat: Heartbeat) -> int:
    """Until SIGTERM; then the running job finishes, its hard limit at most, and what was prefetched goes back. Gives
    the exit code."""
    log_as_we_do()
    worker = _Worker(
        app=app,
        quiet=True,
        pool="prefork",
        concurrency=1,
        consumer_cls=JobConsumer,
        without_gossip=True,
        without_mingle=True,
    )
    worker.beat = heartbeat.beat
    worker.timer.call_repeatedly(EVERY, heartbeat.beat)
    worker.start()
    return int(worker.exitcode or 0)


def run_scheduler(app: Celery, heartbeat: Heartbeat) -> None:
    """Until SIGTERM, which ends it at once."""
    log_as_we_do()
    scheduler = partial(_Scheduler, heartbeat)
    app.Beat(max_interval=MAX_INTERVAL, quiet=True, pidfile=None, schedule=None, scheduler_cls=scheduler).run()


def log_as_we_do() -> None:
    """A receiver of this signal is what keeps Celery from adding handlers of its own to ours."""
    signals.setup_logging.connect(_leave_logging_alone)
    logging.getLogger("celery").setLevel(logging.WARNING)


def _leave_logging_alone(**_signal: Any) -> None:
    """See :func:`log_as_we_do`."""
