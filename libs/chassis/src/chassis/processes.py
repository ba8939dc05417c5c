"""The processes of a service: api and worker; for those who scale its parts apart, events (relay and consumers in one
loop), tasks and beat."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Coroutine, Sequence
from typing import Any

from celery.signals import worker_process_init
from prometheus_client import start_http_server

from chassis.heartbeat import Heartbeat
from chassis.http.app import create_app
from chassis.jobs.beside import JobThread
from chassis.jobs.celery_processes import run_celery_worker, run_scheduler
from chassis.jobs.schedule import run_schedule
from chassis.jobs.worker import ProcessLoop, declare_queues, make_celery, register_tasks
from chassis.messaging.amqp import Connection
from chassis.messaging.amqp_publisher import AmqpPublisher
from chassis.messaging.relay import Relay
from chassis.messaging.runner import ConsumerRunner, declare
from chassis.service import Service
from web.http.serving import Server, server_config

log = logging.getLogger(__name__)

OBSERVE_EVERY = 5.0


def run_api(service: Service) -> None:
    app, settings = create_app(service), service.settings
    config = server_config(app, settings, proxy_headers=True, forwarded_allow_ips=settings.forwarded_allow_ips)
    Server(config, app.state.draining, settings.drain_seconds).run()


async def declare_topology(service: Service) -> None:
    """Every queue of the service, events and jobs, before any relay may publish to it."""
    connection = await Connection.open(service.settings.events_url.get_secret_value(), f"{service.name} declare")
    try:
        await declare(connection, service.name, service.consumers, service.settings.retry_ladder)
    finally:
        await connection.close()
    await asyncio.to_thread(declare_queues, make_celery(service.jobs, service.settings.jobs_url.get_secret_value()))


def make_relay(service: Service) -> Relay:
    settings = service.settings
    celery = make_celery(service.jobs, settings.jobs_url.get_secret_value())
    publisher = AmqpPublisher(settings, service.jobs, celery)
    return Relay(
        service.database,
        publisher,
        service.metrics,
        poll=settings.relay_poll,
        confirm_timeout=settings.confirm_timeout,
    )


async def run_events(service: Service) -> None:
    """Relay and consumers until SIGTERM or SIGINT: the relay's window and the deliveries under way end first."""
    _tell_figures(service)
    heartbeat = Heartbeat(service.settings.heartbeat_file)
    await until_signalled([heartbeat.run(), *_messaging(service)])
    await service.database.close()


async def run_worker(service: Service) -> None:
    """Relay, consumers, jobs and schedule until SIGTERM or SIGINT; the job under way ends first, too."""
    _tell_figures(service)
    jobs = JobThread(service)
    heartbeat = Heartbeat(service.settings.heartbeat_file)
    await until_signalled([heartbeat.run(jobs.is_turning), jobs.run(), run_schedule(service), *_messaging(service)])
    await service.database.close()


def _messaging(service: Service) -> list[Coroutine[Any, Any, None]]:
    relay = make_relay(service)
    runners = [ConsumerRunner(c, service.database, service.settings, service.metrics) for c in service.consumers]
    return [relay.run(), _observe(relay), *(runner.run() for runner in runners)]


def _tell_figures(service: Service) -> None:
    if service.settings.metrics_port:
        start_http_server(service.settings.metrics_port, service.settings.host, service.metrics.registry)


async def _observe(relay: Relay) -> None:
    while True:
        try:
            await relay.observe()
        except Exception as error:
            log.warning("backlog unknown: %s", error)
        await asyncio.sleep(OBSERVE_EVERY)


async def until_signalled(loops: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Runs endless coroutines side by side; a signal cancels them, and one that fails takes the process down. A second
    signal ends the process where it stands."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, _signalled, number, stop)
    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(loop) for loop in loops]
    stopping = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait({*tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for running in tasks:
        running.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in done - {stopping}:
        task.result()


def _signalled(number: int, stop: asyncio.Event) -> None:
    if stop.is_set():
        os._exit(128 + number)
    log.info("stopping: what is under way ends first")
    stop.set()


def run_tasks(service: Service) -> None:
    """Jobs, and their figures, in the worker's one child."""
    app = make_celery(service.jobs, service.settings.jobs_url.get_secret_value())
    register_tasks(app, service, ProcessLoop(service).run)
    worker_process_init.connect(lambda **_signal: _tell_figures(service), weak=False)
    sys.exit(run_celery_worker(app, Heartbeat(service.settings.heartbeat_file)))


def run_beat(service: Service) -> None:
    app = make_celery(service.jobs, service.settings.jobs_url.get_secret_value())
    register_tasks(app, service, ProcessLoop(service).run)
    run_scheduler(app, Heartbeat(service.settings.heartbeat_file))
