"""The background jobs of the files service, by name and policy."""

from __future__ import annotations

from chassis.job_registry import Job

# About two hours of retries; what is still pending after four is asked for again by RESCAN.
SCAN = Job("files.scan", max_retries=20, time_limit=180)
ERASE = Job("files.erase", max_retries=20)
SWEEP = Job("files.sweep")
RESCAN = Job("files.rescan")
