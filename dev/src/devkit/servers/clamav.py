"""Debian's clamd with one hand-made signature, the EICAR test file's: a real scanner's protocol, and no download."""

import signal
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from devkit.servers import apt, process
from devkit.servers.process import LOOPBACK

# In two halves, so that no scanner takes this file for the test file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"
_SIGNATURE = "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n"
_CONFIG = """\
Foreground yes
TCPSocket {port}
TCPAddr {host}
DatabaseDirectory {folder}/signatures
TemporaryDirectory {folder}
StreamMaxLength 25M
MaxThreads 2
"""


class Clamd:
    """One scanner on 127.0.0.1."""

    def __init__(self, folder: Path, *, port: int | None = None) -> None:
        self.folder = folder.absolute()
        self.port = port or process.free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"tcp://{LOOPBACK}:{self.port}"

    def start(self) -> Self:
        """Answers PING when it returns. Raises Missing or ServerFailed."""
        clamd = apt.ensure("clamav-daemon", "/usr/sbin/clamd")
        signatures = self.folder / "signatures"
        signatures.mkdir(parents=True, exist_ok=True)
        (signatures / "eicar.hdb").write_text(_SIGNATURE)
        config = self.folder / "clamd.conf"
        config.write_text(_CONFIG.format(port=self.port, host=LOOPBACK, folder=self.folder))
        self._process = process.spawn([clamd, "-c", config], log=self._log, cwd=self.folder)
        process.wait_until(self._pongs, seconds=60, what="clamd", log=self._log, process=self._process)
        return self

    def stop(self) -> None:
        if self._process is not None:
            process.end(self._process, [signal.SIGTERM], each_seconds=10)
            self._process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _log(self) -> Path:
        return self.folder / "clamd.log"

    def _pongs(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=2) as connection:
                connection.sendall(b"zPING\0")
                return connection.recv(64).startswith(b"PONG")
        except OSError:
            return False
