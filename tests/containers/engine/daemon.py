"""Finds an engine that answers, or starts Debian's with its own data root and socket."""

import contextlib
import fcntl
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.containers.engine import network

from devkit.servers import apt, docker, process
from devkit.servers.process import Missing, ServerFailed

_CHECKOUT = Path(__file__).parents[3]
STATE = _CHECKOUT / ".cache" / "docker"
_USUAL = "unix:///var/run/docker.sock"
_START_SECONDS = 60
_STOP_SECONDS = 90


@dataclass(frozen=True)
class Daemon:
    """Debian's dockerd, started by hand: it outlives the process that started it. `state` keeps its images, `run` its
    socket and process id."""

    state: Path
    run: Path

    @property
    def url(self) -> str:
        return f"unix://{self.run}/docker.sock"

    def start(self) -> None:
        """Answers when it returns. Raises Missing."""
        _require_possible()
        apt.ensure("docker.io", "/usr/sbin/dockerd")
        apt.ensure("iptables", "/usr/sbin/iptables")
        self.run.mkdir(mode=0o700, exist_ok=True)
        network.record(self._before)
        started = self._spawn()
        try:
            process.wait_until(
                lambda: docker.answers(self.url),
                seconds=_START_SECONDS,
                what="dockerd",
                log=self._log,
                process=started,
            )
        except ServerFailed:
            process.end(started, [signal.SIGTERM])
            network.restore(self._before)
            raise Missing(f"dockerd does not start on this machine ({process.tail(self._log, 1)[-300:]})") from None

    def stop(self) -> bool:
        """Ends the engine with its containers and undoes its network changes. False if it does not run."""
        pid = self._pid()
        if pid is None:
            return False
        os.kill(pid, signal.SIGTERM)
        process.wait_until(
            lambda: self._pid() is None, seconds=_STOP_SECONDS, what="dockerd's end", log=self._log, process=None
        )
        network.restore(self._before)
        return True

    def _spawn(self) -> subprocess.Popen[bytes]:
        command: list[str | Path] = [
            "/usr/sbin/dockerd",
            *("--host", self.url),
            *("--data-root", self.state / "data"),
            *("--exec-root", self.run / "exec"),
            *("--pidfile", self._pid_file),
            "--ip6tables=false",  # not changed by the daemon, so not undone
        ]
        # The daemon starts containerd, runc and iptables by name.
        environment = os.environ | {
            "PATH": f"/usr/local/sbin:/usr/sbin:/sbin:{os.environ.get('PATH', '/usr/bin:/bin')}"
        }
        with self._log.open("wb") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True
            )

    def _pid(self) -> int | None:
        """The process id while the daemon runs; a stale file may name another program's process."""
        with contextlib.suppress(OSError, ValueError):
            pid = int(self._pid_file.read_text())
            if _is_dockerd(Path(f"/proc/{pid}/cmdline")):
                return pid
        return None

    @property
    def _pid_file(self) -> Path:
        return self.run / "dockerd.pid"

    @property
    def _log(self) -> Path:
        return self.state / "dockerd.log"

    @property
    def _before(self) -> Path:
        return self.state / "network-before.json"


# A socket's path has room for 107 bytes, and a checkout may lie deep: only the data is kept beneath it.
OURS = Daemon(STATE, Path("/run") / f"sqp-docker-{hashlib.sha256(bytes(_CHECKOUT)).hexdigest()[:8]}")


def find_or_start() -> str:
    """The address of an engine that answers. Raises Missing."""
    STATE.mkdir(parents=True, exist_ok=True)
    with _exclusively():
        if found := _running():
            return found
        OURS.start()
        return OURS.url


def _running() -> str | None:
    if named := os.environ.get("DOCKER_HOST"):
        if not _answers(named):
            raise Missing("the engine that DOCKER_HOST names does not answer")
        return named
    return next((host for host in (_USUAL, OURS.url) if docker.answers(host)), None)


def _answers(host: str) -> bool:
    if host.startswith("unix://"):
        return docker.answers(host)
    with contextlib.suppress(OSError):  # the command line itself may be missing
        asked = subprocess.run(["docker", "--host", host, "version"], capture_output=True, timeout=60, check=False)
        return asked.returncode == 0
    return False


def _require_possible() -> None:
    """Raises Missing with the reason why no engine can be started here."""
    if sys.platform != "linux" or not apt.may_install():
        raise Missing("none answers here, and only root on Debian may start one")
    if any(map(_is_dockerd, Path("/proc").glob("[0-9]*/cmdline"))):
        # Two daemons in one network would remove each other's bridge and rules.
        raise Missing("another dockerd runs on this machine: name its socket in DOCKER_HOST")


def _is_dockerd(cmdline: Path) -> bool:
    # Empty for a zombie: an ended process that its parent has not waited for.
    with contextlib.suppress(OSError):
        return Path(os.fsdecode(cmdline.read_bytes().split(b"\0")[0])).name == "dockerd"
    return False


@contextlib.contextmanager
def _exclusively() -> Iterator[None]:
    with (STATE / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
