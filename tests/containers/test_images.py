"""An image contains its own service and no other, has no writable path, and runs as an unprivileged user."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable

import pytest
from tests.containers.platform import EDGES, ROOT, TARGETS, run

from api.upstreams import SERVICES

Docker = Callable[..., str]

LIMIT = 250 * 1000 * 1000

# Imports and builds every process of the service, without a connection.
SMOKE = """
import asyncio, importlib, os, pkgutil, {service}
from chassis import cli, processes
from chassis.http.app import create_app
from chassis.jobs.worker import make_celery, register_tasks
from {service}.bootstrap import build
from {service}.settings import Settings
service = build(Settings())
for name in ("{service}", "events"):
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
assert create_app(service).openapi()["paths"]

async def wired():
    processes.make_relay(service)

asyncio.run(wired())
celery = make_celery(service.jobs, "memory://")
register_tasks(celery, service, processes.ProcessLoop(service).run)
celery.Beat(schedule=None)
print("as", os.getuid(), "with", len(celery.tasks), "tasks")
"""
EDGE_SMOKE = """
import importlib, os, pkgutil, {edge}
from {edge}.bootstrap import build
from {edge}.settings import Settings
for module in pkgutil.walk_packages({edge}.__path__, "{edge}."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
assert build(Settings()).app
print("as", os.getuid())
"""


@pytest.fixture
def docker(engine: dict[str, str], images: dict[str, str]) -> Docker:
    assert images
    return lambda *arguments: run(["docker", *arguments], {**os.environ, **engine})


def bare(image: str, code: str) -> tuple[str, ...]:
    """Python in a container without network and capabilities, where only /tmp is writable."""
    walls = ("--network=none", "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL")
    return ("run", "--rm", *walls, "--entrypoint=python", image, "-W", "error", "-c", code)


@pytest.mark.parametrize("service", SERVICES)
def test_every_process_of_a_service_is_importable_in_its_own_image(docker: Docker, service: str) -> None:
    told = docker(*bare(f"sqp/{service}:test", SMOKE.format(service=service)))
    assert told.startswith("as 10001 with ")


@pytest.mark.parametrize("edge", ["gateway", "portal"])
def test_an_edge_is_importable_in_its_own_image(docker: Docker, edge: str) -> None:
    assert docker(*bare(f"sqp/{edge}:test", EDGE_SMOKE.format(edge=edge))).strip() == "as 10001"


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_holds_one_service_and_no_tests(docker: Docker, target: str) -> None:
    listed = json.loads(
        docker(*bare(f"sqp/{target}:test", "import json, os; print(json.dumps(os.listdir('/opt/app')))"))
    )
    shared = (
        {"web", "events"} | ({"api"} if target != "seed" else set()) | ({"chassis"} if target not in EDGES else set())
    )
    assert set(listed) == shared | {"demonstration" if target == "seed" else target}
    absent = ["pytest", "devkit", "devstack"]
    if target in EDGES:
        absent += ["sqlalchemy", "psycopg", "alembic", "celery", "kombu", "pika"]
    look = f"import importlib.util as util; print([name for name in {absent} if util.find_spec(name)])"
    assert docker(*bare(f"sqp/{target}:test", look)).strip() == "[]"


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_says_what_it_is_and_how_it_is(docker: Docker, target: str) -> None:
    [image] = json.loads(docker("image", "inspect", f"sqp/{target}:test"))
    config = image["Config"]
    assert config["User"] == "10001:10001"
    assert config["Entrypoint"][0] == "python"
    assert {"org.opencontainers.image.title", "org.opencontainers.image.version", "fr.sqp.sbom"} <= set(
        config["Labels"]
    )
    assert config["Healthcheck"]["Test"][0] == ("NONE" if target == "seed" else "CMD")
    assert image["Size"] < LIMIT


@pytest.mark.parametrize("target", [target for target in TARGETS if target != "seed"])
def test_the_bill_of_materials_lists_what_was_locked(docker: Docker, target: str) -> None:
    bill = json.loads(docker(*bare(f"sqp/{target}:test", "print(open('/opt/sbom.cdx.json').read())")))
    listed = {f"{part['name'].lower().replace('_', '-')}=={part['version']}" for part in bill["components"]}
    folder = ROOT / (target if target in EDGES else f"services/{target}")
    locked = set(re.findall(r"^([\w.-]+==\S+)", (folder / "requirements.lock").read_text(), re.MULTILINE))
    assert {entry.replace(".", "-") for entry in listed} <= {entry.lower().replace(".", "-") for entry in locked}
    assert len(listed) > 30


def test_the_same_inputs_give_the_same_image(docker: Docker) -> None:
    def layers(tag: str) -> list[str]:
        docker("build", "--quiet", "--no-cache", "--target", "contracts", "--tag", tag, ".")
        [image] = json.loads(docker("image", "inspect", tag))
        found: list[str] = image["RootFS"]["Layers"]
        return found

    assert layers("sqp/contracts:again") == layers("sqp/contracts:again")
