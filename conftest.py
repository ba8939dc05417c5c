"""Fixtures that every member's tests share, and which tests stay together where several processes run them."""

import os
from pathlib import Path

import pytest

# These members' folders have their packages' names: known first, a package is not taken for the folder (importlib
# mode).
import gateway  # noqa: F401
import portal  # noqa: F401

pytest_plugins = ["devkit.plugin", "devkit.fake_upstream"]
ROOT = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of a file run in one process. Those of a member do where the processes share a given server: they name
    their databases alike."""
    is_shared = "TEST_POSTGRES_URL" in os.environ
    for item in items:
        file = item.path.relative_to(ROOT)
        group = "/".join(file.parts[:2]) if is_shared and file.parts[0] != "tests" else str(file)
        item.add_marker(pytest.mark.xdist_group(group))
