"""One Debian tree that every stand-in is built on, with this machine's own certificate authorities.

Debian testing has the versions that the compose file names (Python 3.14, PostgreSQL 18, RabbitMQ 4.3, HAProxy 3.2).
Without it Debian 13 is used, with older ones (Python 3.13, PostgreSQL 17, RabbitMQ 4.0, HAProxy 3.0):
the Dockerfile's steps are still tested then, the versions are not.
"""

import hashlib
import subprocess
import sys
import threading
from pathlib import Path

from tests.containers.standins import debian, docker

from devkit.servers import apt
from devkit.servers.process import Missing

IMAGE = "sqp-standin/base"
_AUTHORITIES = Path("/usr/local/share/ca-certificates")
_LEFT_OUT = ("doc", "man", "info", "locale")
_ONCE = threading.Lock()


def build() -> str:
    """The digest of the tree, which is `IMAGE` now. Raises Missing or EngineFailed."""
    with _ONCE:
        return _build(_digest())


def _build(digest: str) -> str:
    if docker.label(IMAGE) == digest:
        return digest
    apt.ensure("mmdebstrap", "mmdebstrap")
    for suite in debian.SUITES:
        if _import(suite, digest):
            return digest
        print(f"base: Debian {suite} could not be had here", file=sys.stderr, flush=True)
    raise Missing("no Debian tree could be made: is a mirror reached?")


def _digest() -> str:
    found = hashlib.sha256(Path(__file__).read_bytes())
    for authority in sorted(_AUTHORITIES.glob("*.crt")):
        found.update(authority.read_bytes())
    return found.hexdigest()


def _import(suite: str, digest: str) -> bool:
    tree = subprocess.Popen(_command(suite), stdout=subprocess.PIPE)
    assert tree.stdout is not None
    labels = f"LABEL {docker.LABEL}={digest} {docker.LABEL}.suite={suite}"
    try:
        docker.run("import", "--change", labels, "-", f"{IMAGE}:{suite}", stdin=tree.stdout.fileno())
    except docker.EngineFailed:
        tree.kill()
    finally:
        tree.stdout.close()
    if tree.wait(timeout=60) != 0:
        return False
    docker.run("tag", f"{IMAGE}:{suite}", IMAGE)
    return True


def _command(suite: str) -> list[str]:
    hooks = [
        f"--customize-hook=copy-in {_AUTHORITIES} /usr/local/share",
        '--customize-hook=chroot "$1" update-ca-certificates >/dev/null',
    ]
    return [
        "mmdebstrap",
        "--quiet",
        "--variant=minbase",
        "--include=ca-certificates",
        f"--aptopt={debian.FRESH}",
        '--aptopt=Apt::Install-Recommends "false"',
        *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in _LEFT_OUT),
        *(hooks if any(_AUTHORITIES.glob("*.crt")) else ()),
        suite,
        "-",
        debian.mirror(),
    ]
