"""The health check of a container's process: ``python -I -S probe.py http 8000 [/livez]``, by default about
``/readyz``, or ``python -I -S probe.py heartbeat /tmp/heartbeat 30``. Exits with 0, or with 1 and the reason.

It imports almost nothing, and ``_socket`` instead of ``socket``, because every container runs it every few seconds.
"""

import _socket
import os
import sys
import time

PATIENCE = 2.5
USAGE = "usage: probe.py http PORT [PATH] | heartbeat FILE SECONDS"


def http(port: str, path: str = "/readyz") -> str | None:
    """The reason, or None if ``path`` answers 200 on the loopback within ``PATIENCE`` seconds."""
    connection = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    connection.settimeout(PATIENCE)
    try:
        connection.connect(("127.0.0.1", int(port)))
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        answer = _read(connection)
    except OSError as error:
        return f"{path} on port {port}: {error}"
    finally:
        connection.close()
    status = answer[:12].decode("latin-1").partition(" ")[2]
    return None if status == "200" else f"{path} on port {port}: {status or 'no answer'} {_body(answer)}".rstrip()


def _read(connection: _socket.socket) -> bytes:
    answer = b""
    while len(answer) < 65536 and (part := connection.recv(8192)):
        answer += part
    return answer


def _body(answer: bytes) -> str:
    return answer.partition(b"\r\n\r\n")[2][:200].decode("utf-8", "replace")


def heartbeat(file: str, seconds: str) -> str | None:
    """The reason, or None if ``file`` was touched within so many seconds."""
    try:
        age = time.time() - os.stat(file).st_mtime  # noqa: PTH116 (pathlib costs more than all the rest)
    except OSError as error:
        return f"no heartbeat yet: {error}"
    return None if age <= float(seconds) else f"the last heartbeat is {age:.0f} s old"


def trouble(arguments: list[str]) -> str | None:
    """Why the process is unhealthy, or None."""
    try:
        kind, *rest = arguments
        return http(*rest) if kind == "http" else heartbeat(*rest) if kind == "heartbeat" else USAGE
    except (TypeError, ValueError):
        return USAGE


if __name__ == "__main__":
    found = trouble(sys.argv[1:])
    if found:
        sys.stdout.write(f"{found}\n")
        sys.exit(1)
