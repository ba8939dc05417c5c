"""Rendering says why when it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cluster import rendering


def test_without_kubectl_it_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(rendering.NoKubectl, match="install kubectl"):
        rendering.kubectl()


def test_one_on_the_path_serves_where_the_wheel_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "kubectl"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert rendering.kubectl() == str(own)


def test_a_folder_that_is_no_overlay_is_refused_in_kubectls_words() -> None:
    with pytest.raises(rendering.NotRendered, match="staging"):
        rendering.render("staging")


def test_what_one_reader_changes_the_next_one_does_not_see() -> None:
    rendering.render("dev").clear()
    assert rendering.render("dev")
