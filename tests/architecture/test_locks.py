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
