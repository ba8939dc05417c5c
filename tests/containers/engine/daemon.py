"""Finds an engine that answers, or starts Debian's with its own data root and socket."""

import contextlib
import fcntl
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.containers.engine import network

from chassis.local import apt, docker, process
from chassis.local.process import Missing, ServerFailed

_CHECKOUT = Path(__file__).parents[3]
STATE = _CHECKOUT / ".cache" / "docker"
# A socket's path has room for 107 bytes, and a checkout may lie deep: only the data is kept beneath it.
_RUN = Path("/run") / f"sqp-docker-{hashlib.sha256(bytes(_CHECKOUT)).hexdigest()[:8]}"
_OWN = f"unix://{_RUN}/docker.sock"
_USUAL = "unix:///var/run/docker.sock"
_PID = _RUN / "dockerd.pid"
_LOG = STATE / "dockerd.log"
_BEFORE = STATE / "network-before.json"
_START_SECONDS = 60
_STOP_SECONDS = 90


def start() -> str:
    """The address of an engine that answers. Raises Missing."""
    STATE.mkdir(parents=True, exist_ok=True)
    with _exclusively():
        return _running() or _start()


def stop() -> bool:
    """Ends our own engine with its containers and takes back what it did to the network. False: there is none."""
    pid = _pid()
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    process.wait_until(lambda: _pid() is None, seconds=_STOP_SECONDS, what="dockerd's end", log=_LOG, process=None)
    network.restore(_BEFORE)
    return True


def answers(host: str) -> bool:
    if host.startswith("unix://"):
        return docker.answers(host)
    asked = subprocess.run(["docker", "--host", host, "version"], capture_output=True, timeout=60, check=False)
    return asked.returncode == 0


def _running() -> str | None:
    if named := os.environ.get("DOCKER_HOST"):
        if not answers(named):
            raise Missing("the engine that DOCKER_HOST names does not answer")
        return named
    return next((host for host in (_USUAL, _OWN) if answers(host)), None)


def _start() -> str:
    _require_possible()
    apt.ensure("docker.io", "/usr/sbin/dockerd")
    apt.ensure("iptables", "/usr/sbin/iptables")
    _RUN.mkdir(mode=0o700, exist_ok=True)
    network.record(_BEFORE)
    _LOG.unlink(missing_ok=True)
    with _LOG.open("ab") as log:
        started = subprocess.Popen(
            _command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=_environment(), start_new_session=True
        )
    try:
        process.wait_until(lambda: answers(_OWN), seconds=_START_SECONDS, what="dockerd", log=_LOG, process=started)
    except ServerFailed:
        process.end(started, [signal.SIGTERM])
        network.restore(_BEFORE)
        raise Missing(f"dockerd does not start on this machine ({process.tail(_LOG, 1)[-300:]})") from None
    return _OWN


def _command() -> list[str | Path]:
    return [
        "/usr/sbin/dockerd",
        *("--host", _OWN),
        *("--data-root", STATE / "data"),
        *("--exec-root", _RUN / "exec"),
        *("--pidfile", _PID),
    ]


def _environment() -> dict[str, str]:
    # The daemon starts containerd, runc and iptables by name.
    return os.environ | {"PATH": f"/usr/local/sbin:/usr/sbin:/sbin:{os.environ.get('PATH', '/usr/bin:/bin')}"}


def _require_possible() -> None:
    """Raises Missing with the reason why no engine can be started here."""
    if sys.platform != "linux" or not apt.may_install():
        raise Missing("none answers here, and only root on Debian may start one")
    if _others():
        # Two daemons in one network would each tear down the other's bridge and rules.
        raise Missing("another dockerd runs on this machine: name its socket in DOCKER_HOST")


def _others() -> list[Path]:
    return [path for path in Path("/proc").glob("[0-9]*/cmdline") if _is_dockerd(path)]


def _pid() -> int | None:
    """Of our daemon, while it lives; a stale file may name a process of somebody else's."""
    with contextlib.suppress(OSError, ValueError):
        pid = int(_PID.read_text())
        if _is_dockerd(Path(f"/proc/{pid}/cmdline")):
            return pid
    return None


def _is_dockerd(cmdline: Path) -> bool:
    # Empty for a process that has ended and that nobody has asked after yet.
    with contextlib.suppress(OSError):
        return Path(os.fsdecode(cmdline.read_bytes().split(b"\0")[0])).name == "dockerd"
    return False


@contextlib.contextmanager
def _exclusively() -> Iterator[None]:
    with (STATE / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
