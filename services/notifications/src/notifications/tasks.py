"""The background jobs of the notifications service, by name and policy."""

from __future__ import annotations

from chassis.job_registry import Job

# One run is one attempt: the e-mail's row says whether there is another one, and when.
DELIVER = Job("notifications.deliver_email", max_retries=None, time_limit=60)
FORGET = Job("notifications.forget", time_limit=600)
