"""Prints a digest of every dependency that the members declare; `--check` compares it with the locked one.

A dependency added without `make lock` would work here and be missing in the images and in a fresh clone.
"""

import hashlib
import json
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKED = ROOT / "requirements" / "inputs.sha256"


def declared() -> dict[str, object]:
    """The parts of each pyproject.toml that decide the resolution, by folder."""
    found: dict[str, object] = {}
    for path in sorted([ROOT / "pyproject.toml", *ROOT.glob("*/pyproject.toml"), *ROOT.glob("*/*/pyproject.toml")]):
        content = tomllib.loads(path.read_text())
        project = content.get("project", {})
        keys = ("requires-python", "dependencies", "optional-dependencies")
        found[str(path.parent.relative_to(ROOT))] = [
            {key: project[key] for key in keys if key in project},
            content.get("dependency-groups"),
            content.get("tool", {}).get("uv"),
        ]
    return found


def digest() -> str:
    return hashlib.sha256(json.dumps(declared(), sort_keys=True).encode()).hexdigest()


if __name__ == "__main__":
    if "--check" in sys.argv and LOCKED.read_text().strip() != digest():
        sys.exit("the declared dependencies differ from the locked ones: run `make lock`")
    if "--check" not in sys.argv:
        sys.stdout.write(digest() + "\n")
