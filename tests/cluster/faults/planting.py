"""How a fault is planted: a value put or taken away somewhere inside one object, by a path of words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.cluster.reading import name_of, of_kind
from tests.cluster.rendering import Manifest
from tests.cluster.rules import Rule

Plant = Callable[[list[Manifest]], object]

POD = "spec template spec"
MAIN = f"{POD} containers 0"
SECRETS = f"{POD} volumes secrets projected sources"


@dataclass(frozen=True)
class Fault:
    """``rule`` must say ``word`` once ``plant`` has changed the manifests of ``overlay`` in place."""

    name: str
    rule: Rule
    plant: Plant
    word: str
    overlay: str = "production"


def found(manifests: list[Manifest], which: str) -> Manifest:
    """By kind and the beginning of its name (``ConfigMap files-settings``): hashes and versions end some."""
    kind, start = which.split()
    same = [manifest for manifest in of_kind(manifests, kind) if name_of(manifest).startswith(start)]
    return min(same, key=lambda manifest: len(name_of(manifest)))


def put(which: str, path: str, value: Any) -> Plant:
    """Sets what stands at ``path``, words of keys, of positions in a list, or of names of its elements."""

    def plant(manifests: list[Manifest]) -> None:
        part, last = _parent(found(manifests, which), path)
        part[last] = value

    return plant


def take(which: str, path: str) -> Plant:
    def plant(manifests: list[Manifest]) -> None:
        part, last = _parent(found(manifests, which), path)
        del part[last]

    return plant


def add(which: str, path: str, value: Any) -> Plant:
    """Another element of the list at ``path``."""

    def plant(manifests: list[Manifest]) -> None:
        part, last = _parent(found(manifests, which), path)
        part.setdefault(last, []).append(value) if isinstance(part, dict) else part[last].append(value)

    return plant


def remove(which: str) -> Plant:
    return lambda manifests: manifests.remove(found(manifests, which))


def _parent(manifest: Manifest, path: str) -> tuple[Any, Any]:
    *words, last = path.split()
    part: Any = manifest
    for word in words:
        part = part[_step(part, word)]
    return part, _step(part, last)


def _step(part: Any, word: str) -> Any:
    if isinstance(part, dict):
        return word
    if word.lstrip("-").isdigit():
        return int(word)
    return next(index for index, each in enumerate(part) if each["name"] == word)
