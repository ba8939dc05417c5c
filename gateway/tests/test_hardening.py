"""Headers on every answer, probes, and what the gateway is made of."""

from __future__ import annotations

import subprocess
import sys

import pytest

from api.upstreams import SERVICES
from devkit.fake_upstream import OpenSite, Site, Upstream, answer

CONTRACTS = "/api/v1/contracts"
EXPECTED = {
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
    "X-Request-ID",
}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/docs", 200),
        ("/static/docs.js", 200),
        ("/livez", 200),
        ("/static/nothing.js", 404),
        (CONTRACTS, 200),
        ("/api/v1/nothing", 404),
        ("/api/v1/%2f", 400),
    ],
)
async def test_every_answer_is_hardened(edge: Site, path: str, status: int) -> None:
    async with edge.http.get(path) as got:
        assert got.status == status
        assert EXPECTED - set(got.headers) == set()
        assert "unsafe-inline" not in got.headers["Content-Security-Policy"]
        assert "Strict-Transport-Security" not in got.headers


async def test_errors_are_hardened_too(open_edge: OpenSite, upstream: Upstream) -> None:
    upstream.handlers["/openapi.json"] = answer({"paths": {CONTRACTS: {"get": None}}})  # no service writes that
    async with open_edge(contracts_url="http://127.0.0.1:9", burst=3, rate=0.01) as edge:
        for path, status in ((CONTRACTS, 503), ("/openapi.json", 500), ("/static/nothing.js", 404), ("/", 429)):
            async with edge.http.get(path) as got:
                assert got.status == status
                assert got.content_type == "application/problem+json"
                assert EXPECTED - set(got.headers) == set()


async def test_a_services_own_stricter_policy_stays(edge: Site, upstream: Upstream) -> None:
    upstream.handlers[CONTRACTS] = answer({}, content_security_policy="sandbox")
    async with edge.http.get(CONTRACTS) as got:
        assert got.headers.getall("Content-Security-Policy") == ["sandbox"]


async def test_https_is_insisted_on_where_people_type_https(open_edge: OpenSite) -> None:
    async with open_edge(public_url="https://portail.example") as edge, edge.http.get("/") as got:
        assert got.headers["Strict-Transport-Security"].startswith("max-age=31536000")


async def test_ready_names_who_is_away(open_edge: OpenSite) -> None:
    async with open_edge() as edge, edge.http.get("/readyz") as got:
        assert (got.status, await got.json()) == (200, {"status": "ready", "away": []})
    async with open_edge(files_url="http://127.0.0.1:9") as edge, edge.http.get("/readyz") as got:
        assert (got.status, await got.json()) == (200, {"status": "degraded", "away": ["files"]})


async def test_a_gateway_stays_on_the_net_when_nobody_answers(open_edge: OpenSite, upstream: Upstream) -> None:
    upstream.handlers["/readyz"] = answer({}, 503)
    everybody = [*SERVICES, "portal"]
    async with open_edge() as edge:
        async with edge.http.get("/readyz") as got:
            assert (got.status, await got.json()) == (200, {"status": "degraded", "away": everybody})
        async with edge.http.get("/livez") as got:
            assert got.status == 200


async def test_the_services_are_asked_once_a_second_whoever_probes(open_edge: OpenSite, upstream: Upstream) -> None:
    async with open_edge() as edge:
        for _ in range(5):
            async with edge.http.get("/readyz") as got:
                assert got.status == 200
    assert len([seen for seen in upstream.seen if seen.path == "/readyz"]) == 6


def test_the_gateway_carries_no_database() -> None:
    heavy = {"sqlalchemy", "psycopg", "celery", "pika", "jinja2"}
    program = f"import gateway.bootstrap, sys; print(*sorted({heavy} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == ""
