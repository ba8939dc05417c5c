"""The compose file's platform, used by a reseller, then restarted, disconnected and killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from tests.architecture.compose import PROCESSES
from tests.containers import load
from tests.containers.platform import ROOT, Failed, Platform

from api.upstreams import SERVICES
from demonstration import caller
from demonstration.caller import Caller, eventually
from demonstration.seeding import PASSWORD

LASTING = [*(f"{service}-{process}" for service in SERVICES for process in PROCESSES), "portal", "gateway"]
READY = "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:8000/{probe}', timeout=5).status)"
REACH = "import socket; socket.create_connection(('{host}', {port}), 2); print('reached')"


async def until(holds: Callable[[], bool], what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s"
        await asyncio.sleep(0.3)


def health(platform: Platform, service: str) -> str:
    [identifier] = platform.identifiers(service)
    state: dict[str, Any] = platform.inspect(identifier)["State"]
    return str(state.get("Health", {}).get("Status", state["Status"]))


def reseller(http: aiohttp.ClientSession, platform: Platform) -> Caller:
    return caller.person(http, platform.url, "revendeur_test", PASSWORD)


def test_the_end_to_end_flow_passes_by_address(platform: Platform) -> None:
    assert " passed" in platform.pytest("tests/e2e/test_flow.py", "tests/e2e/test_telling.py")


def test_the_main_journey_passes_in_a_browser_by_address(platform: Platform) -> None:
    assert " passed" in platform.pytest(
        "tests/portal/test_page_07_08_declaration.py", "tests/portal/test_page_09_messagerie.py"
    )


async def test_reads_and_writes_go_on_without_the_broker(platform: Platform) -> None:
    async with aiohttp.ClientSession() as http:
        who = reseller(http, platform)
        [incident, *_] = (await who.get("/incidents"))["items"]
        platform.compose("stop", "rabbitmq")
        try:
            assert (await who.get("/contracts"))["items"]
            for service in SERVICES:
                assert platform.inside(f"{service}-api", READY.format(probe="readyz")).strip() == "200"
            await who.post(f"/incidents/{incident['number']}/messages?thread=sqp", {"body": "Sans courtier."})
        finally:
            platform.compose("start", "rabbitmq")
        support = caller.person(http, platform.url, "sqp_support", PASSWORD)

        async def told() -> bool | None:
            feed = (await support.get("/notifications"))["items"]
            return any(str(incident["number"]) in json.dumps(item) for item in feed) or None

        assert await eventually(told, what="the event of a write that the broker missed", seconds=90)


async def test_a_service_is_ready_only_while_its_own_database_answers(platform: Platform) -> None:
    platform.compose("stop", "postgres")
    try:
        with pytest.raises(Failed, match="503"):
            platform.inside("contracts-api", READY.format(probe="readyz"))
        assert platform.inside("contracts-api", READY.format(probe="livez")).strip() == "200"
        await until(lambda: health(platform, "contracts-api") == "unhealthy", "the probe says so")
    finally:
        platform.compose("start", "postgres")
    await until(lambda: all(health(platform, f"{service}-api") == "healthy" for service in SERVICES), "all are back")


async def test_a_rolling_restart_of_everything_under_load_fails_no_request(platform: Platform) -> None:
    before = {service: platform.identifiers(service) for service in LASTING}
    async with load.running(platform.url) as under:
        command = [str(ROOT / "scripts" / "rolling-restart")]
        done = await asyncio.to_thread(
            subprocess.run, command, env=platform.environment, capture_output=True, text=True, timeout=1200
        )
    print("requests:", dict(under.done))
    assert done.returncode == 0, done.stderr
    assert under.failed == []
    assert min(under.done.values()) > 50
    after = {service: platform.identifiers(service) for service in LASTING}
    assert all(len(after[service]) == 1 and after[service] != before[service] for service in LASTING)


@pytest.mark.parametrize("service", LASTING)
def test_every_process_ends_in_time_and_by_itself_when_it_is_told_to(platform: Platform, service: str) -> None:
    [identifier] = platform.identifiers(service)
    grace = platform.inspect(identifier)["Config"].get("StopTimeout", 10)
    started = time.monotonic()
    platform.compose("stop", service)
    taken = time.monotonic() - started
    state = platform.inspect(identifier)["State"]
    platform.compose("start", service)
    assert state["ExitCode"] == 0
    assert taken < grace


@pytest.mark.parametrize("service", ["incidents-api", "incidents-worker", "notifications-worker", "gateway"])
async def test_a_killed_process_comes_back(platform: Platform, service: str) -> None:
    [identifier] = platform.identifiers(service)
    await until(lambda: health(platform, service) == "healthy", f"{service} is well")
    os.kill(platform.inspect(identifier)["State"]["Pid"], signal.SIGKILL)
    await until(lambda: platform.inspect(identifier)["RestartCount"] > 0, "the engine starts it again")
    await until(lambda: health(platform, service) == "healthy", f"{service} is well again")


@pytest.mark.parametrize(
    ("service", "host", "port"),
    [
        ("contracts-api", "s3", 8333),
        ("contracts-api", "mail", 1025),
        ("contracts-worker", "s3", 8333),
        ("files-api", "mail", 1025),
        ("gateway", "postgres", 5432),
        ("portal", "postgres", 5432),
        ("portal", "rabbitmq", 5672),
        ("gateway", "rabbitmq", 5672),
        ("edge", "identity-api", 8000),
    ],
)
def test_what_the_drawing_does_not_join_cannot_talk(platform: Platform, service: str, host: str, port: int) -> None:
    if service == "edge":
        networks = platform.inspect(platform.identifiers("edge")[0])["NetworkSettings"]["Networks"]
        assert [name.rpartition("_")[2] for name in networks] == ["edge"]
        return
    with pytest.raises(Failed, match=r"Name or service not known|name resolution|Connection refused|timed out"):
        platform.inside(service, REACH.format(host=host, port=port))


def test_what_the_drawing_joins_does_talk(platform: Platform) -> None:
    for service, host, port in (("files-worker", "clamav", 3310), ("notifications-worker", "mail", 1025)):
        assert platform.inside(service, REACH.format(host=host, port=port)).strip() == "reached"


def test_every_process_logs_json_to_standard_output(platform: Platform) -> None:
    for service in LASTING:
        lines = platform.compose("logs", "--no-log-prefix", service).splitlines()
        assert all(json.loads(line)["service"] == service.split("-")[0] for line in lines if line), service


def test_production_does_not_start_with_a_printed_secret(platform: Platform) -> None:
    environment = {**platform.environment, "SQP_ENVIRONMENT": "production"}
    for service in SERVICES:
        command = ["docker", "compose", "run", "--rm", "--no-deps", f"{service}-api"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode != 0
        assert "still has its development value" in done.stdout + done.stderr
