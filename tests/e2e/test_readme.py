"""The README's walk is run as it stands, against the stack that `make run` starts."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from devstack.testing.running import RunningStack

pytestmark = pytest.mark.e2e

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("stack", ["embedded"], indirect=True)
async def test_the_walk_through_the_flow_works_as_written(stack: RunningStack, tmp_path: Path) -> None:
    [walk] = re.findall(r"```sh\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    environment = {**os.environ, "PORT": str(urlsplit(stack.url).port)}
    done = await asyncio.to_thread(
        subprocess.run,
        ["bash", "-euo", "pipefail", "-c", walk],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for answer in ('"number":"40001"', '"covered":true', '"status":"in_diagnosis"', '"status":404'):
        assert answer in done.stdout, done.stdout
