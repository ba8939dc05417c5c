"""Every process of production starts with the settings and secret files of its pod, and with no others."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from scripts.secret_set import new_mail_keys, printed_set, random_value, secret_set
from tests.cluster.reading import EDGES, Workload, ours, secret_files, settings_of
from tests.cluster.rendering import render

from api.upstreams import SERVICES
from web.settings import ProcessSettings

SECRETIVE = [f"{s}-{kind}" for s in SERVICES for kind in ("api", "worker", "migrate")]
FRESH = secret_set(random_value, new_mail_keys())


def _pod(process: str) -> Workload:
    [found] = [workload for workload in ours(render("production")) if workload.process == process]
    return found


def _settings(pod: Workload, secrets: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> ProcessSettings:
    """The settings as the process reads them at its start."""
    for name in secret_files(pod):
        (folder / name).write_text(secrets[name])
    for name, value in settings_of(pod, render("production")).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SECRETS_DIR", str(folder))
    built: ProcessSettings = importlib.import_module(f"{pod.service}.settings").Settings()
    return built


@pytest.mark.parametrize("process", [*SECRETIVE, *EDGES])
def test_a_fresh_set_of_secrets_suffices(process: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _settings(_pod(process), FRESH, tmp_path, monkeypatch).environment == "production"


@pytest.mark.parametrize("process", SECRETIVE)
def test_the_printed_set_is_refused(process: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="still has its development value"):
        _settings(_pod(process), printed_set(), tmp_path, monkeypatch)


def test_every_process_of_ours_is_tried() -> None:
    assert {workload.process for workload in ours(render("production"))} == {*SECRETIVE, *EDGES}
