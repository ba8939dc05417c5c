"""JSON logs with request and trace ids, and Prometheus metrics in a registry per service."""

from __future__ import annotations

import logging
import re
import secrets
import sys
from contextvars import ContextVar
from logging.handlers import RotatingFileHandler
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from pythonjsonlogger.json import JsonFormatter

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")


def continue_trace(header: str | None) -> str:
    """The W3C traceparent of the work that starts here: a new span of the caller's trace, or a new trace."""
    match = _TRACEPARENT.fullmatch(header or "")
    trace_id, flags = (match[1], match[3]) if match else (secrets.token_hex(16), "01")
    return f"00-{trace_id}-{secrets.token_hex(8)}-{flags}"


# Bytes of a log that is a file, and how many older ones are kept: every request is a line.
FILE_SIZE = 10_000_000
FILES_KEPT = 3


class ContextFilter(logging.Filter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service

    def filter(self, record: logging.LogRecord) -> bool:
        record.service = self.service
        record.request_id = request_id.get()
        trace = traceparent.get()
        record.trace_id = trace.split("-")[1] if trace else None
        return True


def configure_logging(service: str, level: str = "INFO", *, file: Path | None = None) -> None:
    """Sends every logger of this process to standard output, or to the end of ``file``, one JSON object a line. The
    file is this process's alone: a full one is renamed to ``file.1``."""
    handler = _rotating(file) if file else logging.StreamHandler(sys.stdout)
    handler.addFilter(ContextFilter(service))
    handler.setFormatter(
        JsonFormatter(
            "{asctime}{levelname}{name}{message}{service}{request_id}{trace_id}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    logging.getLogger("pika").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True


def _rotating(file: Path) -> logging.Handler:
    return RotatingFileHandler(file, maxBytes=FILE_SIZE, backupCount=FILES_KEPT, encoding="utf-8")


class Metrics:
    """The metrics of every service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "http_requests_total", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self.latency = Histogram(
            "http_request_duration_seconds", "Time to answer", ["method", "route"], registry=self.registry
        )
        self.outbox_pending = Gauge("outbox_pending", "Rows not yet confirmed by the broker", registry=self.registry)
        self.outbox_age = Gauge(
            "outbox_oldest_pending_seconds", "Age of the oldest row not yet confirmed", registry=self.registry
        )
        self.published = Counter("outbox_published_total", "Rows confirmed by the broker", registry=self.registry)
        self.publish_failures = Counter(
            "outbox_failures_total", "Rows that the broker refused or returned", registry=self.registry
        )
        self.consumed = Counter(
            "events_consumed_total", "Deliveries by outcome", ["consumer", "outcome"], registry=self.registry
        )
        self.jobs = Counter("jobs_total", "Jobs by outcome", ["job", "outcome"], registry=self.registry)
