"""What must hold once all is quiet, whatever struck before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Literal

from tests.faults.books import Books, services
from tests.faults.ledger import Ledger
from tests.faults.rig import Rig

from api.upstreams import SERVICES
from chassis.messaging.dead_letters import AmqpDeadLetters
from chassis.messaging.definitions import EVENTS_VHOST
from chassis.messaging.topology import UNROUTED
from devstack.testing.real import BUCKET


@dataclass(frozen=True)
class Violation:
    """``at`` says under which fault it belongs, where that is known. ``avoidable`` is False of what no sender can
    help: a mail whose acceptance was never heard."""

    kind: Literal["lost", "doubled", "other"]
    text: str
    at: float = 0.0
    avoidable: bool = True
    check: str = ""


@dataclass
class Evidence:
    rig: Rig
    books: Books
    ledger: Ledger
    unavoidable: list[tuple[float, float]]


# What each kind of write leaves, by the mark that it bears.
WRITES = {
    "register": ("contracts", "SELECT number, count(*) FROM contracts GROUP BY 1"),
    "declare": ("incidents", "SELECT title, count(*) FROM incidents GROUP BY 1"),
    "message": ("incidents", "SELECT body, count(*) FROM messages GROUP BY 1"),
    "state": ("incidents", "SELECT note, count(*) FROM incident_history GROUP BY 1"),
    "exchange": ("incidents", "SELECT serial_number, count(*) FROM exchanges GROUP BY 1"),
    "step": (
        "incidents",
        "SELECT replacement_serial_number, count(*) FROM exchanges JOIN exchange_facts ON exchange_id = exchanges.id"
        " WHERE step = 'reserved' GROUP BY 1",
    ),
    "upload": ("files", "SELECT split_part(name, '.', 1), count(*) FROM files WHERE stage <> 'uploading' GROUP BY 1"),
}

# The same rows and versions at the owner and at those that follow it.
COPIES = (
    (("contracts", "SELECT number, version FROM contracts"), ("incidents", "SELECT number, version FROM covers")),
    *(
        (("identity", "SELECT id, version FROM organisations"), (name, "SELECT id, version FROM organisations"))
        for name in ("contracts", "incidents", "notifications")
    ),
    *(
        (("identity", "SELECT id, version FROM users"), (name, "SELECT id, version FROM users"))
        for name in ("incidents", "notifications")
    ),
    *(
        (("incidents", "SELECT number, revision FROM incidents"), (name, "SELECT number, version FROM incidents"))
        for name in ("notifications", "files")
    ),
    (
        ("incidents", "SELECT id, version FROM exchanges"),
        ("notifications", "SELECT id, version FROM exchanges"),
    ),
    (
        ("files", "SELECT id, version FROM files WHERE incident_number IS NOT NULL"),
        ("incidents", "SELECT file_id, file_version FROM attachments"),
    ),
)

# Half of something: what one transaction writes together, and is not there together.
HALVES = {
    "incidents": (
        "SELECT number FROM incidents WHERE NOT EXISTS (SELECT FROM incident_history WHERE incident_number = number)",
        "SELECT number FROM incidents WHERE NOT EXISTS (SELECT FROM outbox"
        " WHERE type = 'incidents.incident.declared.v1' AND payload->'data'->>'number' = number)",
        "SELECT id FROM attachments WHERE state = 'pending'",
        "SELECT exchange_id FROM exchange_facts WHERE step IN ('approved', 'reserved') GROUP BY exchange_id, step"
        " HAVING count(*) > 1",
    ),
    "contracts": (
        "SELECT number FROM contracts WHERE NOT EXISTS (SELECT FROM outbox"
        " WHERE type = 'contracts.contract.registered.v1' AND payload->'data'->>'number' = number)",
    ),
    "notifications": ("SELECT id FROM emails WHERE state = 'queued'",),
}


async def writes(found: Evidence) -> list[Violation]:
    violations = []
    for kind, (service, statement) in WRITES.items():
        there = dict(await found.rig.query(service, statement))
        for write in found.ledger.of(kind):
            count = there.get(write.mark, 0)
            if write.outcome == "accepted" and count == 0:
                violations.append(Violation("lost", f"{kind} {write.mark} was accepted and is not there", write.at))
            if count > 1:
                violations.append(Violation("doubled", f"{kind} {write.mark} is there {count} times", write.at))
            if write.outcome == "refused" and count:
                violations.append(Violation("other", f"{kind} {write.mark} was refused and is there", write.at))
    return violations


async def halves(found: Evidence) -> list[Violation]:
    return [
        Violation("other", f"{service}: {row[0]} by {statement[:70]}")
        for service, statements in HALVES.items()
        for statement in statements
        for row in await found.rig.query(service, statement)
    ]


async def events(found: Evidence) -> list[Violation]:
    """Each consumer has had each event. Twice it cannot have had it: the inbox's key forbids that."""
    await found.books.read()
    missing = found.books.missing(float("inf"))
    return [Violation("lost", f"{pair[0]} never had {pair[1]}", found.books.told[pair]) for pair in missing]


async def copies(found: Evidence) -> list[Violation]:
    violations = []
    for owner, follower in COPIES:
        true, copied = dict(await found.rig.query(*owner)), dict(await found.rig.query(*follower))
        wrong = [key for key, version in true.items() if copied.get(key) != version]
        violations += [
            Violation(
                "other", f"{follower[0]} has {key} of {owner[0]} as {copied.get(key)}, not {true[key]}: {follower[1]}"
            )
            for key in wrong
        ]
    return violations


async def queues(found: Evidence) -> list[Violation]:
    """Only dead letters wait, and of these only the poison; no job and no event is left in an outbox."""
    listed = await asyncio.to_thread(found.rig.rabbitmq.management.call, "GET", "queues")
    violations = [
        Violation("other", f"{queue['name']} holds {queue['messages']} messages")
        for queue in listed
        if queue.get("messages") and not queue["name"].endswith(".dead") and queue["name"] != UNROUTED
    ]
    dead = await dead_letters(found.rig)
    violations += [
        Violation("other", f"dead letter of {name}: {identifier}") for name, identifier in dead - found.rig.poison
    ]
    violations += [Violation("lost", f"poison that is no dead letter: {each}") for each in found.rig.poison - dead]
    for service in SERVICES:
        for statement in (
            "SELECT type, id FROM outbox WHERE sent_at IS NULL AND due_at <= now()",
            "SELECT job, error FROM dead_jobs",
        ):
            violations += [Violation("other", f"{service}: {row}") for row in await found.rig.query(service, statement)]
    return violations


async def files(found: Evidence) -> list[Violation]:
    rows = await found.rig.query(
        "files", "SELECT object_key, thumbnail_key, stage FROM files WHERE object_key IS NOT NULL"
    )
    stored = await asyncio.to_thread(_objects, found.rig)
    needed = {key for row in rows if row[2] == "stored" for key in row[:2] if key}
    known = {key for row in rows for key in row[:2] if key}
    return [
        *(Violation("lost", f"the object {key} of a file is not in the store") for key in needed - stored),
        *(Violation("other", f"the object {key} belongs to no file") for key in stored - known),
    ]


async def mails(found: Evidence) -> list[Violation]:
    """Each mail that counts as sent is in the box once, by its Message-ID, and none besides; each account has the
    mails that were asked for, and no link more."""
    sent = {str(row[0]) for row in await found.rig.query("notifications", "SELECT id FROM emails WHERE state = 'sent'")}
    box: dict[str, list[float]] = {}
    for each in found.rig.mail.messages:
        identifier = str(each.message["Message-ID"]).strip("<>").partition("@")[0]
        box.setdefault(identifier, []).append(parsedate_to_datetime(str(each.message["Date"])).timestamp())
    violations = [Violation("lost", f"mail {each} counts as sent and is not in the box") for each in sent - set(box)]
    violations += [Violation("other", f"mail {each} is in the box and not sent") for each in set(box) - sent]
    for identifier, copies in box.items():
        if len(copies) > 1:
            # It is the first copy whose acceptance was not heard.
            at = min(copies)
            is_avoidable = not any(begin - 1 <= at <= end for begin, end in found.unavoidable)
            violations.append(
                Violation("doubled", f"mail {identifier} is in the box {len(copies)} times", at, is_avoidable)
            )
    return violations + _links(found)


def _links(found: Evidence) -> list[Violation]:
    by_person: dict[str, set[str]] = {}
    for each in found.rig.mail.messages:
        for recipient in each.recipients:
            by_person.setdefault(recipient, set()).add(str(each.message["Message-ID"]))
    asked: dict[str, list[str]] = {}
    for write in found.ledger.of("forget"):
        asked.setdefault(write.mark, []).append(write.outcome)
    violations = []
    for write in found.ledger.of("register"):
        address = f"{write.mark.lower()}@sqp.example"
        outcomes = asked.get(address, [])
        if write.outcome != "accepted" or (address not in by_person and not outcomes):
            continue  # a contract of a reseller that was known
        count = len(by_person.get(address, ())) - 1
        least, most = outcomes.count("accepted"), len(outcomes) - outcomes.count("refused")
        if count < least:
            violations.append(Violation("lost", f"{address} asked {least} links and got {count}", write.at))
        if count > most:
            violations.append(Violation("doubled", f"{address} asked {most} links and got {count}", write.at))
    return violations


ALL: tuple[Callable[[Evidence], Awaitable[list[Violation]]], ...] = (
    writes, halves, events, copies, queues, files, mails,
)  # fmt: skip


async def violations(found: Evidence) -> list[Violation]:
    return [replace(violation, check=check.__name__) for check in ALL for violation in await check(found)]


async def dead_letters(rig: Rig) -> set[tuple[str, str]]:
    """Consumer and id of each, of events and of jobs that the broker gave up."""
    consumers = [consumer.name for service in services().values() for consumer in service.consumers]
    letters = AmqpDeadLetters(rig.rabbitmq.create_vhost(rig.stack.vhost(EVENTS_VHOST)))
    found = {(name, letter.id) for name in consumers for letter in await letters.listing(name)}
    for service in services().values():
        jobs = AmqpDeadLetters(rig.rabbitmq.create_vhost(rig.stack.vhost(f"{service.name}-jobs")))
        found |= {(service.jobs.queue, letter.id) for letter in await jobs.listing(service.jobs.queue)}
    return found


def _objects(rig: Rig) -> set[str]:
    client = rig.s3.access.client()
    try:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return {each["Key"] for page in pages for each in page.get("Contents", ())}
    finally:
        client.close()
