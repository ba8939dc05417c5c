"""One run: the load, the faults of a seeded schedule one after the other, quiet, and what holds then."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp
from tests.faults import invariants
from tests.faults.books import Books
from tests.faults.invariants import Evidence, Violation
from tests.faults.ledger import Ledger
from tests.faults.load import Load
from tests.faults.registry import Fault, NotFired
from tests.faults.rig import Rig

from demonstration import caller
from devstack.testing import world as worlds

# What is older than this has arrived everywhere: the load has caught up.
SETTLED = 6.0
WARM = 15.0
BETWEEN = 2.0
# An event that waited for another longer than the ladder's first steps comes back after its third, five minutes.
RECOVERY_BOUND = 420.0
QUIET_BOUND = 900.0


@dataclass
class Outcome:
    """Of one fault. Moments are seconds since the epoch; ``recovery`` is seconds, from the fault's end."""

    fault: Fault
    begin: float
    proof: str = ""
    problem: str = ""
    end: float = 0.0
    recovery: float = 0.0
    until: float = 0.0
    dead: int = 0


@dataclass
class Run:
    """``rate`` is writes a second."""

    seed: int
    rate: float
    books: Books
    outcomes: list[Outcome] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    violations: list[Violation] = field(default_factory=list)
    quiet_after: float = 0.0
    minutes: float = 0.0
    mails: int = 0
    # Ticks at which too many writes were under way to begin another.
    left_out: int = 0

    def lags(self, begin: float, end: float) -> list[float]:
        return self.books.lags(begin, end)

    @property
    def is_clean(self) -> bool:
        is_avoidable = any(violation.avoidable for violation in self.violations)
        return not is_avoidable and all(outcome.proof and not outcome.problem for outcome in self.outcomes)


async def run(rig: Rig, faults: Sequence[Fault], seed: int, rate: float) -> Run:
    chance, begun = random.Random(seed), time.time()
    order = chance.sample(list(faults), len(faults))
    done = Run(seed, rate, Books(rig))
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http:
        world = await worlds.make(rig, http)
        load = Load(world, caller.anonymous(http, rig.url), done.ledger, chance, rate, rig.mails_to)
        await load.prepare()
        under_way = asyncio.create_task(load.run())
        try:
            await asyncio.sleep(WARM)
            for each in order:
                await _strike(rig, each, done)
        finally:
            under_way.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await under_way
            done.left_out = load.left_out
    done.minutes = (time.time() - begun) / 60
    await _quiet(rig, done)
    windows = [(o.begin, o.until) for o in done.outcomes if o.fault.doubles_mail]
    done.mails = len(rig.mail.messages)
    done.violations = await invariants.violations(Evidence(rig, done.books, done.ledger, windows))
    return done


async def _strike(rig: Rig, fault: Fault, done: Run) -> None:
    outcome = Outcome(fault, time.time())
    done.outcomes.append(outcome)
    try:
        outcome.proof = await fault.strike(rig)
    except NotFired as error:
        outcome.problem = f"did not fire: {error}"
    except Exception as error:  # the run goes on, and fails
        outcome.problem = f"broke off: {error!r}"
    outcome.end = time.time()
    await _recovered(rig, done, outcome)
    outcome.until = time.time()
    outcome.dead = len(await invariants.dead_letters(rig) - rig.poison) - sum(each.dead for each in done.outcomes)
    print(f"{fault.name}: {outcome.proof or outcome.problem}; well again after {outcome.recovery:.0f} s", flush=True)
    await asyncio.sleep(BETWEEN)


async def _recovered(rig: Rig, done: Run, outcome: Outcome) -> None:
    while not (await done.books.is_even(SETTLED) and _is_served(done.ledger)):
        if time.time() > outcome.end + RECOVERY_BOUND:
            outcome.problem += f" not well again within {RECOVERY_BOUND:g} s"
            break
        await asyncio.sleep(1)
    outcome.recovery = time.time() - outcome.end


def _is_served(ledger: Ledger) -> bool:
    """The last two seconds' writes were answered, and none of them by a failure."""
    latest = [status for at, _, status in ledger.answers[-200:] if at > time.time() - 2]
    return len(latest) >= 5 and not any(status == 0 or status >= 500 for status in latest)


async def _quiet(rig: Rig, done: Run) -> None:
    """Until nothing is under way any more."""
    begin = time.time()
    while time.time() < begin + QUIET_BOUND:
        if await done.books.is_even(0) and await _is_idle(rig):
            break
        await asyncio.sleep(2)
    done.quiet_after = time.time() - begin


async def _is_idle(rig: Rig) -> bool:
    [(queued,)] = await rig.query("notifications", "SELECT count(*) FROM emails WHERE state = 'queued'")
    [(pending,)] = await rig.query("incidents", "SELECT count(*) FROM attachments WHERE state = 'pending'")
    [(scans,)] = await rig.query("files", "SELECT count(*) FROM files WHERE stage = 'stored' AND scan = 'pending'")
    listed = await asyncio.to_thread(rig.rabbitmq.management.call, "GET", "queues")
    waiting = sum(q.get("messages", 0) for q in listed if not q["name"].endswith((".dead", ".unrouted")))
    return not (queued or pending or scans or waiting)
