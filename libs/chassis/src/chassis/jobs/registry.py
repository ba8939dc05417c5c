"""The jobs of a service: a name and a policy each, bound to what they run when the service is wired."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

Run = Callable[..., Awaitable[None]]


@dataclass(frozen=True)
class Job:
    """``name`` is ``<service>.<verb>``. Retries wait 2, 4, 8 … seconds, ``backoff_max`` at most.

    ``time_limit`` is in seconds, for one attempt.
    """

    name: str
    max_retries: int = 8
    backoff_max: int = 600
    time_limit: int = 120

    @property
    def hard_limit(self) -> int:
        """Seconds until the process of a job is killed that its time limit could not end, because it blocks."""
        return self.time_limit + 10


@dataclass(frozen=True)
class Periodic:
    """``job`` runs once per slot of ``every``, however many schedulers tick."""

    job: Job
    every: timedelta


@dataclass
class JobRegistry:
    """``bind`` says what a job runs: ``async (session, **arguments) -> None``, one transaction, safe to run twice."""

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

    def __getitem__(self, name: str) -> tuple[Job, Run]:
        return self.runs[name]

    @property
    def queue(self) -> str:
        return f"{self.service}.jobs"
