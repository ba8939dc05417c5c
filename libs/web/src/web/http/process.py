"""A process that answers HTTP and has no database: the gateway, the portal."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import uvicorn
from prometheus_client import start_http_server
from starlette.types import ASGIApp

from web.http.draining import Draining
from web.http.serving import Server, server_config
from web.observability import Metrics, configure_logging
from web.settings import ProcessSettings

S = TypeVar("S", bound=ProcessSettings)


@dataclass(kw_only=True)
class HttpProcess:
    """``app`` is a plain ASGI application with a lifespan; :meth:`server_config` is how it wants to be served."""

    settings: ProcessSettings
    app: ASGIApp
    metrics: Metrics
    draining: Draining
    options: Mapping[str, Any] = field(default_factory=dict)

    def server_config(self, **overrides: Any) -> uvicorn.Config:
        return server_config(self.app, self.settings, **{**self.options, **overrides})


def main(settings_type: type[S], build: Callable[[S], HttpProcess]) -> None:
    """``python -m <name> api``."""
    settings = settings_type()
    parser = argparse.ArgumentParser(prog=f"python -m {settings.name}")
    parser.add_subparsers(dest="verb", required=True).add_parser("api", help="answer requests")
    parser.parse_args()
    configure_logging(settings.name, settings.log_level)
    process = build(settings)
    if settings.metrics_port:
        start_http_server(settings.metrics_port, settings.host, process.metrics.registry)
    Server(process.server_config(), process.draining, settings.drain_seconds).run()
