"""An image holds what its member's lock names: nothing that the member imports may come from another member's."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MEMBERS = {**{path.name: path for path in (ROOT / "services").iterdir() if (path / "requirements.lock").exists()}}
MEMBERS |= {name: ROOT / name for name in ("gateway", "portal")}
LOCKS = sorted([*ROOT.glob("requirements/*.lock"), *(path / "requirements.lock" for path in MEMBERS.values())])
# Licences under which a library may be part of what is handed on, as a library of its own: psycopg is LGPL.
ADMITTED = re.compile(r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|LGPL|MPL|Unlicense|OFL)\b")
REFUSED = re.compile(r"\b(AGPL|GPL|Affero|SSPL|BUSL|Commons Clause)\b")
# Imports all of a member, and the command line of a service, while packages that its lock does not name are missing.
IMPORTS = """
import importlib, importlib.abc, json, pkgutil, sys
member, locked, also, homes = json.load(sys.stdin)

class Locked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        owners = set(homes.get(name, ()))
        ours = {owner for owner in owners if owner.startswith("sqp-")}
        if owners and not ours and not owners & set(locked):
            raise ModuleNotFoundError(f"{member} locks none of {owners}, which {name} comes from", name=name)

sys.meta_path.insert(0, Locked())
package = importlib.import_module(member)
for module in pkgutil.walk_packages(package.__path__, member + "."):
    if ".migrations" not in module.name and not module.name.endswith("__main__"):
        importlib.import_module(module.name)
for name in also:
    importlib.import_module(name)
"""


@pytest.fixture(scope="module")
def homes() -> dict[str, list[str]]:
    """The distributions that each package comes from."""
    return {name: [canonical(each) for each in owners] for name, owners in metadata.packages_distributions().items()}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_everything_locked_has_hashes(lock: Path) -> None:
    """pip and uv then take no file that another registry, or another day, offers under the same version."""
    pinned = [line for line in lock.read_text().replace("\\\n", "").splitlines() if not line.startswith("#")]
    assert pinned
    loose = [line[:40] for line in pinned if not re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)]
    assert loose == []


@pytest.mark.parametrize("member", sorted(MEMBERS))
def test_every_licence_in_an_image_is_admitted(member: str) -> None:
    """What is not installed here (for other systems, or overridden) reaches no image either."""
    named = re.findall(r"^([\w.-]+)==", (MEMBERS[member] / "requirements.lock").read_text(), re.MULTILINE)
    installed = {canonical(each.name): each for each in metadata.distributions()}
    licences = {name: licence(installed[name]) for name in map(canonical, named) if name in installed}
    assert len(licences) > 20
    assert {name: said for name, said in licences.items() if not ADMITTED.search(said) or REFUSED.search(said)} == {}


def licence(distribution: metadata.Distribution) -> str:
    """As its metadata say it: an expression, or else classifiers, or else a text."""
    said = distribution.metadata
    classified = [each for each in said.get_all("Classifier") or [] if each.startswith("License ::")]
    return " ".join(said.get_all("License-Expression") or classified or said.get_all("License") or [])


def canonical(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


@pytest.mark.parametrize("member", sorted(MEMBERS))
def test_a_member_imports_only_what_it_locks(member: str, homes: dict[str, list[str]]) -> None:
    text = (MEMBERS[member] / "requirements.lock").read_text()
    locked = [canonical(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)]
    assert len(locked) > 20
    also = ["chassis.cli", "chassis.processes"] if MEMBERS[member].parent.name == "services" else []
    asked = json.dumps([member, locked, also, homes])
    ended = subprocess.run([sys.executable, "-c", IMPORTS], input=asked, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-1500:]
