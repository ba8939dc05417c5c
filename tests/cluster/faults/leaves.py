"""Every value of a rendering, changed and taken away in turn: what no rule notices must be known to be free."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any, NamedTuple

from tests.cluster.rendering import Manifest
from tests.cluster.rules import Rule
from tests.cluster.schemas import VERSIONS, problems

NUMBER = re.compile(r"(\d+)(\D*)")
Path = tuple[str | int, ...]
# With another one it is another object; and labels have rules and faults of their own.
IDENTITY = ("other apiVersion", "no apiVersion", "other kind", "no kind", "other metadata name", "no metadata name")
LABELS = ("other metadata labels", "no metadata labels")


class Leaf(NamedTuple):
    """``words`` are the keys of ``path``, by which one of several like it stands for all."""

    manifest: Manifest
    path: Path
    change: str

    @property
    def words(self) -> str:
        return " ".join([self.change, *(word for word in self.path if isinstance(word, str))])


def leaves(manifests: Sequence[Manifest], kind: str) -> list[Leaf]:
    """One of each form."""
    found: dict[str, Leaf] = {}
    for manifest in manifests:
        if manifest["kind"] == kind:
            for path in _paths(manifest, ()):
                for leaf in (Leaf(manifest, path, "other"), Leaf(manifest, path, "no")):
                    found.setdefault(leaf.words, leaf)
    return [leaf for leaf in found.values() if leaf.words not in IDENTITY and not leaf.words.startswith(LABELS)]


def _paths(value: Any, path: Path) -> Iterator[Path]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not inner:
        yield path
    for key, each in inner:
        yield from _paths(each, (*path, key))


def noticed(leaf: Leaf, rules: list[Rule], manifests: Sequence[Manifest]) -> bool:
    """By the schema of its kind, or by a rule, which is asked early next time: it often notices the next leaf too."""
    with _planted(leaf):
        if problems(leaf.manifest, VERSIONS[-1]):
            return True
        by = next((rule for rule in rules if rule(manifests)), None)
    if by and by is not rules[0]:
        rules.remove(by)
        rules.insert(1, by)
    return by is not None


@contextmanager
def _planted(leaf: Leaf) -> Iterator[None]:
    part: Any = leaf.manifest
    for word in leaf.path[:-1]:
        part = part[word]
    before, last = copy(part), leaf.path[-1]
    if leaf.change == "no":
        del part[last]
    else:
        part[last] = _other(part[last])
    try:
        yield
    finally:
        part.clear()
        part.extend(before) if isinstance(part, list) else part.update(before)


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value * 9 + 1
    number = NUMBER.fullmatch(str(value))
    return f"{int(number[1]) * 9 + 1}{number[2]}" if number else f"{value}x"
