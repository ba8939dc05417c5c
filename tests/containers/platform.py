"""The compose file's platform on a real engine, driven by an operator's commands."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from api.upstreams import SERVICES
from devkit.servers import process

ROOT = Path(__file__).parents[2]
TARGETS = (*SERVICES, "gateway", "portal", "seed")
# Without a database, a broker or jobs.
EDGES = ("gateway", "portal", "seed")


class Failed(RuntimeError):
    """A command of the engine ended with an error; its last lines are the message."""


def run(command: Sequence[str], environment: dict[str, str], *, seconds: float = 600) -> str:
    """Standard output of one command. Raises Failed."""
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds)
    if done.returncode:
        raise Failed(f"{' '.join(command)} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-4000:]}")
    return done.stdout


class Platform:
    """One compose project with ports of its own. ``engine`` holds the variables that lead to the engine."""

    def __init__(self, engine: dict[str, str], name: str = "sqp-test") -> None:
        port, mail, management = process.free_ports(3)
        self.environment = {
            **os.environ,
            **engine,
            "COMPOSE_PROJECT_NAME": name,
            "SQP_VERSION": "test",
            "SQP_PORT": str(port),
            "SQP_MAIL_PORT": str(mail),
            "SQP_RABBITMQ_PORT": str(management),
        }
        self.url = f"http://localhost:{port}"
        self.mail_url = f"http://127.0.0.1:{mail}"

    def docker(self, *arguments: str, seconds: float = 600) -> str:
        return run(["docker", *arguments], self.environment, seconds=seconds)

    def compose(self, *arguments: str, seconds: float = 600) -> str:
        return self.docker("compose", *arguments, seconds=seconds)

    def up(self) -> None:
        self.compose("up", "--detach", "--wait", "--wait-timeout", "300", "--no-build")

    def seed(self) -> str:
        return self.compose("run", "--rm", "--no-deps", "identity-demo") + self.compose("run", "--rm", "seed")

    def down(self) -> None:
        self.compose("--profile", "*", "down", "--volumes", "--timeout", "10")

    def identifiers(self, service: str) -> list[str]:
        return self.compose("ps", "--quiet", service).split()

    def inspect(self, identifier: str) -> dict[str, Any]:
        [found] = json.loads(self.docker("inspect", identifier))
        assert isinstance(found, dict)
        return found

    def inside(self, service: str, code: str) -> str:
        """The output of Python in a running container of the service."""
        return self.compose("exec", "--no-TTY", service, "python", "-c", code)

    def pytest(self, *arguments: str) -> str:
        """Other tests of this repository, against this platform by its address."""
        environment = {**self.environment, "STACK_URL": self.url, "STACK_MAIL_URL": self.mail_url}
        command = [str(ROOT / ".venv/bin/python"), "-m", "pytest", "-q", *arguments]
        return run(command, environment, seconds=900)
