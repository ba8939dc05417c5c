"""Debian's RabbitMQ as a private instance: own node name, ports, data folder, log and epmd; as root or not.

The folder given to `RabbitMQ` holds the message store, `password` (the administrator's, mode 0600) and the logs.
`start` after `kill` or `stop` comes back on the same ports with the same data, as a broker's restart does.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from devkit.servers import process
from devkit.servers.management import Management
from devkit.servers.process import LOOPBACK, Missing, ServerFailed

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_CONTROL = SERVER.with_name("rabbitmqctl")
_START_SECONDS = 90.0
_STOP_SECONDS = 20.0
_ADMIN = "admin"
_INHERITED = ("PATH", "LANG", "LC_ALL", "TMPDIR")

_CONFIG = """\
listeners.tcp.1 = {host}:{port}
management.tcp.ip = {host}
management.tcp.port = {management_port}
default_user = {user}
default_pass = {password}
default_vhost = /
log.file.level = info
disk_free_limit.absolute = 50MB
raft.wal_max_size_bytes = 33554432
"""


class RabbitMQ:
    """One broker. `pid` is the Erlang VM's own, so that signals reach the broker and no wrapper."""

    def __init__(self, folder: Path, *, port: int | None = None, management_port: int | None = None) -> None:
        self.folder = folder.absolute()
        free = process.free_ports(4)
        self.port = port or free[0]
        self.management_port = management_port or free[1]
        self._dist_port, self._epmd_port = free[2], free[3]
        self._process: subprocess.Popen[bytes] | None = None
        self._epmd: subprocess.Popen[bytes] | None = None
        self._password = ""

    @property
    def url(self) -> str:
        """The administrator's address of the default vhost."""
        return self.amqp_url("/")

    @property
    def management_url(self) -> str:
        """`http://user:password@host:port` of the management API, for the administrator."""
        return f"http://{_ADMIN}:{self._password}@{LOOPBACK}:{self.management_port}"

    @property
    def management(self) -> Management:
        return Management(self.management_url, f"amqp://{LOOPBACK}:{self.port}")

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def amqp_url(self, vhost: str) -> str:
        return self.management.amqp_url(vhost)

    def create_vhost(self, name: str) -> str:
        """Makes the vhost, opens it to the administrator and answers its address. Idempotent."""
        return self.management.create_vhost(name)

    def delete_vhost(self, name: str) -> None:
        self.management.delete_vhost(name)

    def create_user(
        self, name: str, password: str, vhost: str, *, configure: str = "", write: str = "", read: str = ""
    ) -> str:
        """A user with these regular expressions as rights in one vhost; answers the address. '' allows nothing."""
        return self.management.create_user(name, password, vhost, configure=configure, write=write, read=read)

    def start(self) -> Self:
        """Ready (AMQP and management answer) when it returns. Raises Missing or ServerFailed."""
        if not SERVER.exists():
            raise Missing("RabbitMQ: Debian package rabbitmq-server")
        self.folder.mkdir(parents=True, exist_ok=True)
        self._password = process.secret_file(self.folder / "password", lambda: secrets.token_hex(16))
        self._write_config()
        self._start_epmd()
        self._process = process.spawn([SERVER], log=self._log, env=self._environment(), cwd=self.folder)
        process.wait_until(self._ready, seconds=_START_SECONDS, what="RabbitMQ", log=self._log, process=self._process)
        return self

    def stop(self) -> None:
        """Orderly shutdown of the broker, then of its epmd (which would otherwise outlive it)."""
        if self._process is not None:
            self.resume()
            process.end(self._process, [signal.SIGTERM], each_seconds=_STOP_SECONDS)
        self._forget()

    def kill(self) -> None:
        """SIGKILL of the Erlang VM: what was confirmed and durable must be there after `start`."""
        if self._process is not None:
            process.end(self._process, [])
        self._forget()

    def pause(self) -> None:
        """SIGSTOP: connections stay open and nothing answers, as in a network partition."""
        if self._process is not None:
            process.pause(self._process)

    def resume(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def control(self, *arguments: str) -> str:
        """``rabbitmqctl`` with these arguments; what it printed. Raises ServerFailed."""
        command = [str(_CONTROL), "--quiet", *arguments]
        done = subprocess.run(command, env=self._environment(), capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise ServerFailed(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-500:]}")
        return done.stdout

    def remove(self) -> None:
        """Ends the broker at once and deletes its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _log(self) -> Path:
        return self.folder / "server.log"

    def _forget(self) -> None:
        self._process = None
        if self._epmd is not None:
            process.end(self._epmd, [signal.SIGTERM], each_seconds=5)
            self._epmd = None

    def _write_config(self) -> None:
        config = _CONFIG.format(
            host=LOOPBACK,
            port=self.port,
            management_port=self.management_port,
            user=_ADMIN,
            password=self._password,
        )
        path = self.folder / "rabbitmq.conf"
        path.touch(mode=0o600)
        path.write_text(config)
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management].\n")

    def _start_epmd(self) -> None:
        # Started by us and in the foreground, it is our child; the Erlang VM would leave a daemon behind.
        epmd = shutil.which("epmd")
        if epmd is None:
            raise Missing("epmd: Debian package erlang-base")
        command = [epmd, "-port", str(self._epmd_port), "-address", LOOPBACK]
        self._epmd = process.spawn(command, log=self.folder / "epmd.log", env=self._environment())
        process.wait_until(
            lambda: _accepts(self._epmd_port), seconds=10, what="epmd", log=self._log, process=self._epmd
        )

    def _environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        return inherited | {
            "HOME": str(self.folder),
            "RUNNING_UNDER_SYSTEMD": "true",  # the script then becomes the VM instead of staying as its parent
            "RABBITMQ_NODENAME": f"sqp{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self.folder / "generated"),
            # Idle schedulers spin by default, which costs a small machine the time that the tests need.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",
        }

    def _ready(self) -> bool:
        return _accepts(self.port) and self.management.answers()


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0
