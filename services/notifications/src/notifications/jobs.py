"""The names and policies of the service's jobs; what they do is in ``tasks.py``."""

from __future__ import annotations

from chassis.jobs.registry import Job

# Refusals are counted on the e-mail's row; these retries are for what goes wrong on our own side.
DELIVER = Job("notifications.deliver_email", time_limit=60)
FORGET = Job("notifications.forget", time_limit=600)
