"""Installs a missing Debian package where this process may, and says plainly what is missing where it may not."""

import contextlib
import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from devkit.servers.process import Missing

_POLICY = Path("/usr/sbin/policy-rc.d")
_LOCK = Path("/run/sqp-local-apt.lock")  # only root comes here
_SECONDS = 900


def ensure(package: str, program: str | Path) -> Path:
    """The path of `program`, after installing `package` if it is not there. Raises Missing, naming the package.

    A service that the package brings is never started: only private instances run.
    """
    found = _find(program)
    if found is None and may_install():
        with _exclusively():
            found = _find(program) or _install(package, program)
    if found is None:
        raise Missing(f"{Path(program).name}: Debian package {package}")
    return found


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _find(program: str | Path) -> Path | None:
    found = shutil.which(str(program))
    return Path(found) if found else None


def _install(package: str, program: str | Path) -> Path | None:
    install = ["install", "-y", "--no-install-recommends", package]
    with _no_service_starts():
        if _apt(*install).returncode == 0:
            return _find(program)
        # The lists are absent or older than the archive.
        _apt("update")
        done = _apt(*install)
    if done.returncode != 0:
        raise Missing(f"{package}: apt-get install failed: {done.stdout.strip()[-600:]}")
    return _find(program)


def _apt(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", *arguments]
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


@contextlib.contextmanager
def _no_service_starts() -> Iterator[None]:
    """A policy that forbids service starts during the installation, unless the machine has its own policy."""
    if _POLICY.exists():
        yield
        return
    _POLICY.write_text("#!/bin/sh\nexit 101\n")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        _POLICY.unlink()


@contextlib.contextmanager
def _exclusively() -> Iterator[None]:
    with _LOCK.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
