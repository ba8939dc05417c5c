"""The whole platform in one process: real PostgreSQL, the in-process bus and its jobs, seven HTTP servers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from api.upstreams import SERVICES
from chassis import migrate
from chassis.database import Database
from chassis.http.app import create_app
from chassis.jobs.schedule import run_schedule
from chassis.messaging.relay import Relay
from chassis.service import Service
from chassis.settings import ServiceSettings
from devkit.local_bus import LocalBus, LocalRunner
from devkit.local_jobs import LocalJobRunner
from devkit.servers.mail import MailCatcher
from devstack import databases, mail_page
from devstack.servers import Listener
from devstack.settings import DevstackSettings
from devstack.wiring import build_services, bus_database
from gateway.bootstrap import build as build_gateway
from gateway.settings import Settings as GatewaySettings
from portal.bootstrap import build as build_portal
from portal.settings import Settings as PortalSettings

# Seconds. In one process a commit wakes the relay and a delivery wakes its consumer at once, so the relay's poll
# only finds rows that wait for a later time.
IDLE_POLL = 1.0


@dataclass
class Stack:
    """What runs. ``gateway`` is the public port's app; ``api`` an address of it for the stack's own use."""

    settings: DevstackSettings
    services: dict[str, Service]
    mail: MailCatcher
    gateway: Any
    api: str
    # Relays, consumers and jobs, which never end by themselves.
    loops: list[asyncio.Task[None]]


class BusSettings(ServiceSettings):
    name = "bus"


@asynccontextmanager
async def running(settings: DevstackSettings) -> AsyncIterator[Stack]:
    """Starts everything but the public port, and ends it in the reverse order."""
    async with AsyncExitStack() as stack:
        server = databases.start(settings.data / "postgres", durable=settings.durable)
        stack.callback(server.stop)
        urls = databases.provision(server, settings.data)
        listeners = {name: Listener() for name in SERVICES}
        mail = await stack.enter_async_context(MailCatcher(folder=settings.data / "mail"))
        services = build_services(settings, urls, identity_url=listeners["identity"].url, smtp_port=mail.port)
        await _migrate(services.values())
        loops = await stack.enter_async_context(_messaging(list(services.values()), bus_database(urls[databases.BUS])))
        for name, service in services.items():
            await _serve(stack, listeners[name], create_app(service))
        urls_of_services = _upstreams(settings, listeners)
        portal = Listener()
        await _serve(stack, portal, build_portal(PortalSettings(**urls_of_services)).app)
        gateway = build_gateway(GatewaySettings(**urls_of_services, portal_url=portal.url)).app
        api = Listener()
        await _serve(stack, api, gateway, proxy_headers=False)
        mail_listener = Listener(settings.host, settings.mail_port or settings.port + 1, for_people=True)
        await _serve(stack, mail_listener, mail_page.app(mail, settings.host))
        yield Stack(settings, services, mail, gateway, api.url, loops)


async def _migrate(services: Any) -> None:
    def upgrade(service: Service) -> None:
        migrate.upgrade(service.settings, service.migrations, service.metadata)

    # One after the other: Alembic's context is the process's.
    for service in services:
        await asyncio.to_thread(upgrade, service)


@asynccontextmanager
async def _messaging(services: list[Service], bus_database: dict[str, Any]) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Relays, consumers and jobs; ends them before the databases are closed."""
    database = Database(BusSettings(**bus_database))
    bus = LocalBus(database, poll=IDLE_POLL)
    await bus.create_tables()
    runners = [
        LocalRunner(bus, consumer, s.database, s.settings.retry_ladder, s.metrics)
        for s in services
        for consumer in s.consumers
    ]
    relays = [
        Relay(s.database, bus, s.metrics, poll=IDLE_POLL, confirm_timeout=s.settings.confirm_timeout) for s in services
    ]
    jobs = LocalJobRunner(services, bus)
    schedules = [run_schedule(service) for service in services]
    loops = [*(relay.run() for relay in relays), *(runner.run() for runner in runners), jobs.run(), *schedules]
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for closing in (database, *(service.database for service in services)):
            await closing.close()


async def _serve(stack: AsyncExitStack, listener: Listener, app: Any, *, proxy_headers: bool = True) -> None:
    await listener.serve(app, proxy_headers=proxy_headers)
    stack.push_async_callback(listener.stop)


def _upstreams(settings: DevstackSettings, listeners: dict[str, Listener]) -> dict[str, Any]:
    """What the portal and the gateway both are told."""
    return {
        **{f"{name}_url": listener.url for name, listener in listeners.items()},
        "public_url": settings.public_url,
        "issuer": settings.public_url,
    }
