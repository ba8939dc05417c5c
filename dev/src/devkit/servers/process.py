"""Child processes that end with their parent, free ports and bounded waits."""

import contextlib
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LOOPBACK = "127.0.0.1"
# Below those that systems give to outgoing connections (Linux: from 32768): a server that was killed binds its own
# again, which such a connection must not have taken meanwhile.
_PORTS = range(20_000, 32_000)
_POLL_SECONDS = 0.02


class Missing(Exception):
    """A component cannot be had on this machine; the text says what to install."""


class ServerFailed(Exception):
    """A server ended or stayed silent past its bound; the text ends with the last lines of its log."""


@dataclass(frozen=True)
class Account:
    """The unprivileged user that a server runs as when we are root."""

    uid: int
    gid: int

    def take(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)


def unprivileged() -> Account | None:
    """`nobody` when we are root; None when this process is unprivileged already."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def spawn(
    argv: Sequence[str | Path],
    *,
    log: Path,
    death_signal: str = "KILL",
    account: Account | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Starts a child in a session of its own, so that a terminal's Ctrl-C reaches its owner first.

    `death_signal` is what the kernel sends to the child when this process dies, however it dies (Linux only).
    """
    command = [*_prefix(death_signal, account), *map(str, argv)]

    def start() -> subprocess.Popen[bytes]:
        with log.open("ab") as out:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env, cwd=cwd, start_new_session=True
            )

    return _starter().submit(start).result()


def pause(child: subprocess.Popen[bytes]) -> None:
    """SIGSTOP, and back once every thread stands still: on a busy machine a signal is obeyed late."""
    child.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WNOWAIT)


@cache
def _starter() -> ThreadPoolExecutor:
    # The kernel's parent-death signal follows the *thread* that forked: one thread that lasts as long as the process.
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="local-servers")


def _prefix(death_signal: str, account: Account | None) -> list[str]:
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    if setpriv is None:
        if account is not None:
            raise Missing("setpriv (Debian package util-linux): PostgreSQL refuses to run as root")
        return []
    return [setpriv, f"--pdeathsig={death_signal}", *_identity(account)]


def _identity(account: Account | None) -> list[str]:
    if account is None:
        return []
    return [f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]


def run_as(
    account: Account | None, argv: Sequence[str | Path], *, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a short command to its end (two minutes at most); its exit code is the caller's to judge."""
    prefix = _prefix("KILL", account) if account else []
    command = [*prefix, *map(str, argv)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=cwd)


def end(process: subprocess.Popen[bytes], signals: Iterable[signal.Signals], *, each_seconds: float = 15) -> None:
    """Sends the signals in order, each with its time to take effect, and SIGKILL last. Harmless when already ended."""
    for number in (*signals, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(each_seconds)


def wait_until(
    condition: Callable[[], bool], *, seconds: float, what: str, log: Path, process: subprocess.Popen[bytes] | None
) -> None:
    """Polls until true. Raises ServerFailed when the time is over or the process has ended."""
    deadline = time.monotonic() + seconds
    while not condition():
        if process is not None and process.poll() is not None:
            raise ServerFailed(f"{what} ended with {process.returncode}: {tail(log)}")
        if time.monotonic() > deadline:
            raise ServerFailed(f"{what} was not ready after {seconds:g} s: {tail(log)}")
        time.sleep(_POLL_SECONDS)


def tail(log: Path, lines: int = 15) -> str:
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def free_port() -> int:
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Distinct ports of 127.0.0.1 on which no process listens now; the caller binds them soon."""
    with contextlib.ExitStack() as open_sockets:
        sockets = [open_sockets.enter_context(_bound()) for _ in range(count)]
        return [int(each.getsockname()[1]) for each in sockets]


def _bound() -> socket.socket:
    for port in random.sample(_PORTS, 100):
        found = socket.socket()
        try:
            found.bind((LOOPBACK, port))
        except OSError:
            found.close()
        else:
            return found
    raise ServerFailed("no free port on 127.0.0.1")


def secret_file(path: Path, make: Callable[[], str]) -> str:
    """The secret kept in `path` (mode 0600), made on the first call."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(make())
    return path.read_text().strip()
