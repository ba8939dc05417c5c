"""All services, wired as their processes wire them, and none of them started."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from api.upstreams import SERVICES
from chassis.service import Service

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def services() -> dict[str, Service]:
    return {name: _built(name) for name in SERVICES}


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest, services: dict[str, Service]) -> Service:
    return services[request.param]


def _built(name: str) -> Service:
    settings = importlib.import_module(f"{name}.settings").Settings(environment="test")
    service: Service = importlib.import_module(f"{name}.bootstrap").build(settings)
    return service
