"""Debian's packages of another release than this machine's, without a change to its own sources."""

import subprocess
from pathlib import Path

from devkit.servers.process import Missing

# Newest first. A mirror may keep a release for longer than its Release file says, hence `FRESH`.
SUITES = ("forky", "trixie")
FRESH = 'Acquire::Check-Valid-Until "false"'
_KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def mirror() -> str:
    """This machine's own. Raises Missing where it has none of Debian's."""
    asked = ["apt-get", "indextargets", "--format", "$(ORIGIN) $(COMPONENT) $(REPO_URI)", "Created-By: Packages"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.splitlines()
    found = [line.split()[2] for line in listed if line.startswith("Debian main ") and "security" not in line]
    if not found:
        raise Missing("no mirror of Debian in this machine's apt sources")
    return found[0]


def unpack(package: str, folder: Path) -> Path:
    """The files of `package`, of the newest release that has it, in a folder beneath `folder`. Raises Missing."""
    for suite in SUITES:
        place = folder / suite
        (place / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        if found := _download(package, suite, place):
            unpacked = place / package
            subprocess.run(["dpkg-deb", "--extract", found, unpacked], check=True, timeout=120)
            return unpacked
    raise Missing(f"Debian package {package} could not be fetched")


def _download(package: str, suite: str, place: Path) -> Path | None:
    (place / "sources.list").write_text(f"deb [signed-by={_KEYS}] {mirror()} {suite} main\n")
    (place / "apt.conf").write_text(
        f'{FRESH};\nAcquire::Languages "none";\nAPT::Sandbox::User "root";\nDir::Etc::sourceparts "-";\n'
        f'Dir::Etc::sourcelist "{place}/sources.list";\nDir::State::lists "{place}/lists";\nDir::Cache "{place}";\n'
    )
    for command in (["update"], ["download", package]):
        apt = ["apt-get", "-qq", f"--config-file={place}/apt.conf", *command]
        if subprocess.run(apt, cwd=place, capture_output=True, timeout=300, check=False).returncode != 0:
            return None
    return max(place.glob(f"{package}_*.deb"), default=None)
