"""The published language is written down, and what is written is what the services register."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from chassis.service import Service
from events import CATALOGUE, samples
from events.asyncapi import publisher
from events.subscriptions import UNCONSUMED, subscriptions

ROOT = Path(__file__).parents[2]


def test_the_documents_are_current() -> None:
    check = [sys.executable, "-m", "scripts.event_docs", "--check"]
    answer = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr


def test_every_consumed_event_has_a_publisher_and_a_sample(services: dict[str, Service]) -> None:
    consumed = {type_ for service in services.values() for consumer in service.consumers for type_ in consumer.handlers}
    assert consumed
    assert consumed <= set(samples.types())
    assert {publisher(type_) for type_ in consumed} <= set(services)


def test_what_nobody_takes_says_why_it_is_told() -> None:
    assert set(CATALOGUE) - set(subscriptions()) == set(UNCONSUMED)
