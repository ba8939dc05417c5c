"""The jobs of a service: a name and a policy each, bound to what they run when the service is wired."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

Run = Callable[..., Awaitable[object]]


@dataclass(frozen=True)
class Job:
    """``name`` is ``<service>.<verb>``. Retries wait 2, 4, 8 … seconds, ``backoff_max`` at most.

    ``max_retries`` is None where the service's own rows bring the job back: a failure is then logged and nothing else,
    as with a periodic job, which has its next slot. ``time_limit`` is in seconds, for one attempt.
    """

    name: str
    max_retries: int | None = 8
    backoff_max: int = 600
    time_limit: int = 120

    @property
    def ladder(self) -> tuple[timedelta, ...]:
        """The delay after each attempt that failed."""
        retries = range(1, (self.max_retries or 0) + 1)
        return tuple(timedelta(seconds=min(self.backoff_max, 2**retry)) for retry in retries)

    @property
    def hard_limit(self) -> int:
        """Seconds until the process of a job is killed that its time limit could not end, because it blocks."""
        return self.time_limit + 10


@dataclass(frozen=True)
class JobCall:
    """One attempt at a job, as it travels; ``attempts`` were made before it."""

    id: UUID
    name: str
    arguments: dict[str, Any]
    attempts: int = 0
    traceparent: str | None = None

    def payload(self) -> dict[str, Any]:
        """The outbox row's."""
        return {"arguments": self.arguments, "attempts": self.attempts, "traceparent": self.traceparent}

    @classmethod
    def of(cls, identifier: UUID, name: str, payload: dict[str, Any]) -> Self:
        return cls(identifier, name, payload["arguments"], payload.get("attempts", 0), payload.get("traceparent"))

    def again(self) -> Self:
        return replace(self, attempts=self.attempts + 1)


@dataclass(frozen=True)
class Periodic:
    """``job`` runs once per slot of ``every``, however many schedulers tick."""

    job: Job
    every: timedelta


@dataclass
class JobRegistry:
    """``bind`` says what a job runs: ``async (session, **arguments) -> None``, one transaction. It runs once
    by the inbox; what it does outside the database (a mail, an object) is safe to do twice, as a process may die."""

    service: str
    runs: dict[str, tuple[Job, Run]] = field(default_factory=dict)
    periodics: list[Periodic] = field(default_factory=list)

    def bind(self, job: Job, run: Run) -> None:
        if not job.name.startswith(f"{self.service}."):
            raise ValueError(f"{job.name} is not a job of {self.service}")
        self.runs[job.name] = (job, run)

    def bind_periodic(self, job: Job, every: timedelta, run: Run) -> None:
        self.bind(job, run)
        self.periodics.append(Periodic(job, every))

    def periodic(self, name: str) -> Periodic | None:
        return next((periodic for periodic in self.periodics if periodic.job.name == name), None)

    def __getitem__(self, name: str) -> tuple[Job, Run]:
        return self.runs[name]

    @property
    def queue(self) -> str:
        return f"{self.service}.jobs"
