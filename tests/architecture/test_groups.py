"""Tests of a file run in one process of several: they share stacks and worlds that are dear to start."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from devkit.grouping import group_of

TESTS = """
import pytest

@pytest.mark.parametrize("number", range(10))
def test(number):
    pass
"""


@pytest.mark.parametrize(
    ("test", "is_shared", "group"),
    [
        ("tests/portal/test_live.py::test_x[1]", False, "tests/portal/test_live.py"),
        ("tests/e2e/test_flow.py::test_x", False, "tests/e2e"),
        ("services/files/tests/test_access.py::test_x", False, "services/files/tests/test_access.py"),
        ("services/files/tests/test_access.py::test_x", True, "services/files"),
        ("tests/portal/test_live.py::test_x", True, "tests/portal/test_live.py"),
    ],
)
def test_a_group_is_a_file_or_what_shares_a_server(
    monkeypatch: pytest.MonkeyPatch, test: str, is_shared: bool, group: str
) -> None:
    monkeypatch.delenv("TEST_POSTGRES_URL", raising=False)
    if is_shared:
        monkeypatch.setenv("TEST_POSTGRES_URL", "postgresql://somewhere")
    assert group_of(test) == group


def test_a_group_runs_in_one_process(tmp_path: Path) -> None:
    for name in "abcd":
        (tmp_path / f"test_{name}.py").write_text(TESTS)
    options = ["-c", "/dev/null", "--rootdir", str(tmp_path), "-p", "devkit.grouping", "-n", "2", "--dist", "loadfile"]
    ran = subprocess.run([sys.executable, "-m", "pytest", "-v", *options], cwd=tmp_path, capture_output=True, text=True)
    processes = defaultdict(set)
    for process, file in re.findall(r"\[(gw\d)\].*PASSED (test_\w\.py)", ran.stdout):
        processes[file].add(process)
    assert [len(processes[f"test_{name}.py"]) for name in "abcd"] == [1, 1, 1, 1], ran.stdout
