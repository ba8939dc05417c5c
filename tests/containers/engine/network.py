"""What dockerd leaves behind in the machine's network when it ends: forwarding, firewall rules, bridges."""

import json
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

_FORWARD = Path("/proc/sys/net/ipv4/ip_forward")
_BRIDGE = re.compile(r"docker0|br-[0-9a-f]{12}")
_DOCKERS = re.compile(rf"\bDOCKER\b|\b({_BRIDGE.pattern})\b")
_OPEN = ":FORWARD ACCEPT [0:0]"


def record(file: Path) -> None:
    """Records the state before the daemon starts."""
    file.write_text(json.dumps({"forward": _FORWARD.read_text(), "rules": _rules(), "links": _links()}))


def restore(file: Path) -> None:
    """Undoes what the daemon added since `record`; changes of other programs stay. Calling it once is enough."""
    if not file.exists():
        return
    before = json.loads(file.read_text())
    wanted = without_docker(_rules(), before["rules"])
    subprocess.run(["/usr/sbin/iptables-restore", "--wait"], input=wanted, text=True, check=True, timeout=60)
    for name in set(_links()) - set(before["links"]):
        if _BRIDGE.fullmatch(name):
            subprocess.run(["ip", "link", "delete", name], check=True, timeout=60)
    _FORWARD.write_text(before["forward"])
    file.unlink()


def without_docker(now: str, before: str) -> str:
    """Today's rules (`iptables-save`) less what Docker added to yesterday's, and less its forwarding policy, DROP."""
    known = set(before.splitlines())
    policy = next((line for table, line in _lines(before) if _is_policy(table, line)), _OPEN)
    kept = [
        policy if _is_policy(table, line) else line
        for table, line in _lines(now)
        if line in known or not _DOCKERS.search(line)
    ]
    return "\n".join(kept) + "\n"


def _is_policy(table: str, line: str) -> bool:
    return table == "*filter" and line.startswith(":FORWARD ")


def _lines(rules: str) -> Iterator[tuple[str, str]]:
    """Each line with the table that it belongs to."""
    table = ""
    for line in rules.splitlines():
        if line.startswith("*"):
            table = line
        yield table, line


def _rules() -> str:
    saved = subprocess.run(["/usr/sbin/iptables-save"], capture_output=True, text=True, check=True, timeout=60)
    return saved.stdout


def _links() -> list[str]:
    return [name for _, name in socket.if_nameindex()]
