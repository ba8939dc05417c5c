"""Which tests stay together where several processes run them (pytest-xdist, ``--dist loadfile``).

xdist's own groups are marks, which its release 3.8 fails to read from pytest 9.2: a file's tests ran in all processes,
and each of them started the file's stacks.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

# Their tests share a stack that a process starts.
ON_ONE_STACK = ("tests/e2e", "tests/hostile")


def group_of(nodeid: str) -> str:
    """The name of the group: the test's file; its folder, where the folder's files share a stack; its member of the
    workspace, where all processes share a given server, as a member's tests name their databases alike."""
    file = nodeid.partition("::")[0]
    folder = "/".join(file.split("/")[:2])
    is_shared = "TEST_POSTGRES_URL" in os.environ and not folder.startswith("tests/")
    return folder if is_shared or folder in ON_ONE_STACK else file


class Scheduling(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None
