"""A job as the Celery message that its worker expects, made without a broker connection of Celery's."""

from __future__ import annotations

import json
from typing import Any

from celery import Celery

from chassis.job_registry import Job, JobCall


def celery_message(app: Celery, job: Job, call: JobCall) -> tuple[dict[str, Any], bytes]:
    """Headers and body of task protocol 2."""
    message = app.amqp.as_task_v2(
        str(call.id),
        call.name,
        (),
        call.arguments,
        retries=call.attempts,
        time_limit=job.hard_limit,
        ignore_result=True,
    )
    # AMQP tables hold no None of Celery's optional headers but these are read with .get().
    headers = {name: value for name, value in message.headers.items() if value is not None}
    if call.traceparent:
        headers["traceparent"] = call.traceparent
    return headers, json.dumps(message.body).encode()
