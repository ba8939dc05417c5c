"""The threat model and the table of ASVS 5.0 name tests that exist, and the table is whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ASVS = ROOT / "docs" / "asvs.md"
THREATS = ROOT / "docs" / "threat-model.md"
TEST = re.compile(r"`([\w./-]+/test_\w+\.py)::(\w+)`")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (\d) \| .+? \| (.+) \|$", re.MULTILINE)
REASON = re.compile(r"\*\*(Not applicable|Checked|Written|Reviewed|Operator|Partly|Missing)\*\*: \S")
# How many requirements of version 5.0.0 each section has at level 1, and at both; they are its first ones.
SECTIONS = {
    "1.1": (0, 2), "1.2": (5, 9), "1.3": (2, 11), "1.4": (0, 3), "1.5": (1, 2), "2.1": (1, 3), "2.2": (2, 3),
    "2.3": (1, 4), "2.4": (0, 1), "3.2": (2, 2), "3.3": (1, 4), "3.4": (2, 6), "3.5": (3, 5), "3.7": (0, 2),
    "4.1": (1, 3), "4.2": (0, 1), "4.3": (0, 2), "4.4": (1, 4), "5.1": (0, 1), "5.2": (2, 3), "5.3": (2, 2),
    "5.4": (0, 3), "6.1": (1, 3), "6.2": (8, 12), "6.3": (2, 4), "6.4": (2, 4), "6.5": (0, 5), "6.6": (0, 3),
    "6.8": (0, 4), "7.1": (0, 3), "7.2": (4, 4), "7.3": (0, 2), "7.4": (2, 5), "7.5": (0, 2), "7.6": (0, 2),
    "8.1": (1, 2), "8.2": (2, 3), "8.3": (1, 1), "8.4": (0, 1), "9.1": (3, 3), "9.2": (1, 4), "10.1": (0, 2),
    "10.2": (0, 2), "10.3": (0, 4), "10.4": (5, 11), "10.5": (0, 5), "10.6": (0, 2), "10.7": (0, 3), "11.1": (0, 2),
    "11.2": (0, 3), "11.3": (2, 3), "11.4": (1, 4), "11.5": (0, 1), "11.6": (0, 1), "12.1": (1, 3), "12.2": (2, 2),
    "12.3": (0, 4), "13.1": (0, 1), "13.2": (0, 5), "13.3": (0, 2), "13.4": (1, 5), "14.1": (0, 2), "14.2": (1, 4),
    "14.3": (1, 3), "15.1": (1, 3), "15.2": (1, 3), "15.3": (1, 7), "16.1": (0, 1), "16.2": (0, 5), "16.3": (0, 4),
    "16.4": (0, 3), "16.5": (0, 3), "17.1": (0, 1), "17.2": (0, 4), "17.3": (0, 2),
}  # fmt: skip


@pytest.mark.parametrize("document", [ASVS, THREATS], ids=lambda path: path.name)
def test_every_test_that_is_named_exists(document: Path) -> None:
    named = TEST.findall(document.read_text("utf-8"))
    assert named
    assert [f"{path}::{name}" for path, name in named if not _is_there(ROOT / path, name)] == []


def _is_there(file: Path, name: str) -> bool:
    return file.exists() and re.search(rf"^ *(async )?def {name}\(", file.read_text("utf-8"), re.MULTILINE) is not None


def test_each_requirement_stands_once_at_its_level() -> None:
    wanted = [
        (f"{section}.{number}", "1" if number <= first else "2")
        for section, (first, both) in SECTIONS.items()
        for number in range(1, both + 1)
    ]
    assert len(wanted) == 253
    found = [(number, level) for number, level, _ in ROW.findall(ASVS.read_text("utf-8"))]
    assert sorted(found) == sorted(wanted)


def test_each_requirement_has_a_test_or_a_reason() -> None:
    answers = {number: answer for number, _, answer in ROW.findall(ASVS.read_text("utf-8"))}
    assert [each for each, answer in answers.items() if not TEST.match(answer) and not REASON.match(answer)] == []


def test_each_threat_has_a_test() -> None:
    rows = [line for line in THREATS.read_text("utf-8").splitlines() if line.startswith("| ")]
    threats = rows[2:]
    assert len(threats) > 20
    assert [row for row in threats if not TEST.search(row.rsplit(" | ", 1)[-1])] == []
