"""The background jobs of the contracts service, by name and policy."""

from __future__ import annotations

from chassis.job_registry import Job

REMIND = Job("contracts.remind", time_limit=600)
