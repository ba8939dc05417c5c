"""What every answer carries, also the one to an error that nobody foresaw."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from chassis.http import problems
from chassis.http.app import Application
from web.observability import Metrics


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def app(metrics: Metrics) -> FastAPI:
    app = Application(metrics=metrics, max_body_size=1000)
    problems.install(app)

    @app.get("/broken")
    async def broken() -> None:
        raise LookupError("a secret of ours")

    return app


def client(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://service.test")


async def test_an_unforeseen_error_is_a_hardened_problem_with_the_request_id(app: FastAPI) -> None:
    async with client(app) as http:
        answer = await http.get("/broken", headers={"X-Request-ID": "mine"})
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "mine"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "secret" not in answer.text


async def test_an_unforeseen_error_is_counted_as_one(app: FastAPI, metrics: Metrics) -> None:
    async with client(app) as http:
        await http.get("/broken")
    labels = {"method": "GET", "route": "/broken", "status": "500"}
    assert metrics.registry.get_sample_value("http_requests_total", labels) == 1
