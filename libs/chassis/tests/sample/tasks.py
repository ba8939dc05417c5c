"""The sample's jobs."""

from __future__ import annotations

from datetime import timedelta

from chassis.jobs.registry import Job, JobRegistry
from sample import service

STAMP = Job("sample.stamp", max_retries=2, backoff_max=1, time_limit=3)
TICK = Job("sample.tick")


def registry() -> JobRegistry:
    jobs = JobRegistry("sample")
    jobs.bind(STAMP, service.stamp)
    jobs.bind_periodic(TICK, timedelta(hours=1), service.tick)
    return jobs
