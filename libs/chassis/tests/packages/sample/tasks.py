"""The sample's jobs."""

from __future__ import annotations

from datetime import timedelta

from chassis.job_registry import Job, JobRegistry
from chassis.jobs import housekeeping
from sample import service

STAMP = Job("sample.stamp", max_retries=2, backoff_max=1, time_limit=3)
TICK = Job("sample.tick")


def registry(tick_every: float = 3600.0) -> JobRegistry:
    jobs = JobRegistry("sample")
    housekeeping.register(jobs)
    jobs.bind(STAMP, service.stamp)
    jobs.bind_periodic(TICK, timedelta(seconds=tick_every), service.tick)
    return jobs
