"""The background jobs of the contracts service, by name and policy."""

from __future__ import annotations

from chassis.job_registry import Job

REMIND = Job("contracts.remind", time_limit=600)
# What one run leaves, at once rather than in the next hour: a reader's reminders of a day belong into one e-mail.
REMIND_MORE = Job("contracts.remind_more", time_limit=600)
SETTLE = Job("contracts.settle")
IMPORT_BLOCK = Job("contracts.import_block")
TIDY_IMPORTS = Job("contracts.tidy_imports")
