"""A job as the Celery message that its worker expects, made without a broker connection of Celery's."""

from __future__ import annotations

import json
from typing import Any

from celery import Celery

from chassis.jobs.registry import Job


def celery_message(app: Celery, job: Job, task_id: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Headers and body of task protocol 2 for ``job``."""
    message = app.amqp.as_task_v2(task_id, job.name, (), arguments, time_limit=job.hard_limit, ignore_result=True)
    # AMQP tables hold no None of Celery's optional headers but these are read with .get().
    headers = {name: value for name, value in message.headers.items() if value is not None}
    return headers, json.dumps(message.body).encode()
