"""``python -m <service> api | worker | migrate | dlq | resend …``: the same verbs everywhere. ``events``, ``tasks`` and
``beat`` are the worker's parts apart."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from chassis import migrate, processes
from chassis.jobs.dead_jobs import DeadJobs
from chassis.messaging import outbox
from chassis.messaging.dead_letters import AmqpDeadLetters, DeadLetter, DeadLetters
from chassis.service import Service
from chassis.settings import ServiceSettings
from web import clock
from web.observability import configure_logging


@dataclass(frozen=True)
class Command:
    """A verb of one service's own. ``arguments`` fills its parser; ``run`` does it."""

    name: str
    help: str
    run: Callable[[Service, argparse.Namespace], Awaitable[None]]
    arguments: Callable[[argparse.ArgumentParser], None] = lambda parser: None


S = TypeVar("S", bound=ServiceSettings)

PROCESSES = ("api", "worker", "events", "tasks", "beat", "migrate")


def main(
    settings: type[S],
    build: Callable[[S], Service],
    commands: Sequence[Command] = (),
    argv: Sequence[str] | None = None,
) -> None:
    arguments = _parser(settings.name, commands).parse_args(argv)
    service = build(settings())
    configure_logging(service.name, service.settings.log_level)
    own = {command.name: command for command in commands}
    if arguments.verb in own:
        asyncio.run(_run_command(own[arguments.verb], service, arguments))
    elif arguments.verb == "dlq":
        asyncio.run(_all_dead_letters(service, arguments))
    elif arguments.verb == "resend":
        asyncio.run(_send_again(service, timedelta(hours=arguments.hours)))
    else:
        _run_process(arguments.verb, service)


def _run_process(verb: str, service: Service) -> None:
    if verb == "api":
        processes.run_api(service)
    elif verb == "worker":
        asyncio.run(processes.run_worker(service))
    elif verb == "events":
        asyncio.run(processes.run_events(service))
    elif verb == "tasks":
        processes.run_tasks(service)
    elif verb == "beat":
        processes.run_beat(service)
    else:
        migrate.upgrade(service.settings, service.migrations, service.metadata)
        asyncio.run(processes.declare_topology(service))


async def _run_command(command: Command, service: Service, arguments: argparse.Namespace) -> None:
    try:
        await command.run(service, arguments)
    finally:
        await service.database.close()


async def _send_again(service: Service, past: timedelta) -> None:
    try:
        async with service.database.transaction() as session:
            since = clock.now() - past
            print("sent again:", await outbox.send_again(session, since, service.jobs.queue))
    finally:
        await service.database.close()


async def _all_dead_letters(service: Service, arguments: argparse.Namespace) -> None:
    """Events at the broker, jobs in the service's own table, and jobs that ended before they could get there."""
    settings, jobs = service.settings, (service.jobs.queue,)
    try:
        shown = await dead_letters(AmqpDeadLetters(settings.events_url.get_secret_value()), service, arguments)
        shown += await dead_letters(DeadJobs(service.database), service, arguments, jobs)
        shown += await dead_letters(job_letters(settings), service, arguments, jobs)
        if arguments.action == "show" and not shown:
            sys.exit("dlq show: there is no such letter")
    finally:
        await service.database.close()


def job_letters(settings: ServiceSettings) -> AmqpDeadLetters:
    return AmqpDeadLetters(settings.jobs_url.get_secret_value(), lambda _queue: "")


async def dead_letters(
    letters: DeadLetters, service: Service, arguments: argparse.Namespace, queues: Sequence[str] | None = None
) -> int:
    """``dlq list | show ID … | replay [ID …] | drop ID …`` over ``queues``, by default every consumer's; replay without
    ids takes all. Answers how many letters were shown."""
    ids, shown = set(arguments.ids), 0
    if arguments.action == "drop" and not ids:
        sys.exit("dlq drop wants the ids to drop")
    for queue in queues or [consumer.name for consumer in service.consumers]:
        if arguments.action == "replay":
            print(queue, "replayed", await letters.replay(queue, ids or None))
        elif arguments.action == "drop":
            print(queue, "dropped", await letters.drop(queue, ids))
        else:
            shown += _print(await letters.listing(queue), ids if arguments.action == "show" else None)
    return shown


def _print(letters: Sequence[DeadLetter], wanted: set[str] | None) -> int:
    """Those ``wanted`` whole, or a line each."""
    found = [letter for letter in letters if wanted is None or letter.id in wanted]
    for letter in found:
        line = (letter.id, letter.consumer, letter.type, f"attempts={letter.attempts}", letter.error)
        print(*(line if wanted is None else (letter.body,)))
    return len(found)


def _parser(name: str, commands: Sequence[Command]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {name}")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for process in PROCESSES:
        verbs.add_parser(process)
    dlq = verbs.add_parser("dlq", help="dead events and jobs of this service")
    dlq.add_argument("action", choices=("list", "show", "replay", "drop"))
    dlq.add_argument("ids", nargs="*")
    resend = verbs.add_parser("resend", help="send what the last hours told again; what was had is skipped")
    resend.add_argument("--hours", type=float, default=24.0, help="sent outbox rows are kept for seven days")
    for command in commands:
        command.arguments(verbs.add_parser(command.name, help=command.help))
    return parser
