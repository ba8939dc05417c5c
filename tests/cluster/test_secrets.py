"""The command creates the Secrets that pods and operators reference, with the values of the set."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
import yaml
from scripts.cluster_secrets import OWN, SCALER, main, read
from scripts.secret_set import printed_value, random_value, secret_set, write
from tests.cluster.reading import name_of, ours, secret_files
from tests.cluster.rendering import render
from tests.cluster.schemas import VERSIONS, problems

from web.auth.sealing import MAIL_DEVELOPMENT_KEY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, secret_set(random_value, (MAIL_DEVELOPMENT_KEY, MAIL_DEVELOPMENT_KEY)))
    return tmp_path


def _printed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> dict[str, dict[str, str]]:
    monkeypatch.setattr("sys.argv", ["cluster_secrets", str(folder), "--stores"])
    main()
    printed = list(yaml.safe_load_all(capsys.readouterr().out))
    assert [line for secret in printed for version in VERSIONS for line in problems(secret, version)] == []
    return {name_of(secret): secret["stringData"] for secret in printed}


def test_a_pod_finds_every_file_with_the_value_of_the_set(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = _printed(folder, monkeypatch, capsys)
    mounted = {
        file: reference for workload in ours(render("production")) for file, reference in secret_files(workload).items()
    }
    assert len(mounted) > 20
    for file, (name, key) in mounted.items():
        assert made[name][key] == (folder / file).read_text().strip(), file


def test_a_login_is_the_user_whose_password_it_holds(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = _printed(folder, monkeypatch, capsys)
    assert made["files-broker"]["username"] == "files"
    assert made["files-database-owner"]["username"] == "files_owner"
    assert made["files-database-app"]["username"] == "files_app"
    assert json.loads(made["s3-identities"]["s3_identities.json"])["identities"]


def test_the_scaler_keeps_the_password_that_it_was_given_first(folder: Path) -> None:
    first = read(folder)[SCALER]
    assert len(base64.urlsafe_b64decode(first + "==")) >= 32
    assert read(folder)[SCALER] == first


def test_what_a_set_lacks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {SCALER: printed_value(SCALER)})
    monkeypatch.setattr("sys.argv", ["cluster_secrets", str(tmp_path)])
    with pytest.raises(KeyError, match="identity_database_owner_password"):
        main()


def test_no_secret_value_stands_in_two_secrets(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = _printed(folder, monkeypatch, capsys)
    made.pop("s3-identities")
    values = [value for content in made.values() for key, value in content.items() if key != "username"]
    # The public half of the mail key stands with the two services that seal, and both halves are the same in this set.
    assert len(values) - len(set(values)) == 2
    assert set(OWN) <= {"identity", "incidents", "files", "notifications"}
