"""An engine, the images and a running platform, each once per test run.

Without an engine the tests are skipped and say why.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from tests.containers.platform import ROOT, TARGETS, Platform, run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(ROOT / "tests" / "containers"):
            item.add_marker(pytest.mark.containers)


@pytest.fixture(scope="session")
def engine() -> dict[str, str]:
    """The variables that point to the engine. It is started if allowed, and keeps running afterwards."""
    found = subprocess.run(
        [sys.executable, "-m", "tests.containers.engine"], cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    if found.returncode == 3:
        pytest.skip(found.stderr.strip().splitlines()[-1])
    assert found.returncode == 0, found.stdout + found.stderr
    lines = (line.removeprefix("export ") for line in found.stdout.splitlines() if "=" in line)
    return {name: value.strip("'\"") for name, _, value in (line.partition("=") for line in lines)}


@pytest.fixture(scope="session")
def images(engine: dict[str, str]) -> dict[str, str]:
    """Name by target. Without a registry of images the bases are built first."""
    environment = {**os.environ, **engine}
    run([sys.executable, "-m", "tests.containers.standins"], environment, seconds=1200)
    for target in TARGETS:
        run(["docker", "build", "--quiet", "--target", target, "--tag", f"sqp/{target}:test", "."], environment)
    return {target: f"sqp/{target}:test" for target in TARGETS}


@pytest.fixture(scope="session")
def platform(engine: dict[str, str], images: dict[str, str]) -> Iterator[Platform]:
    """The platform, healthy and with demonstration data."""
    assert images
    platform = Platform(engine)
    platform.down()
    started = time.monotonic()
    try:
        platform.up()
        print(f"\ncompose: healthy after {time.monotonic() - started:.0f} s")
        platform.seed()
        yield platform
    finally:
        platform.down()
