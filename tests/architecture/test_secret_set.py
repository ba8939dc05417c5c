"""A set of secrets: whole, and one value of it made anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scripts import secret_set

from chassis.messaging.definitions import password_hash


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    secret_set.write(tmp_path, secret_set.secret_set(secret_set.random_value, secret_set.new_mail_keys()))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("contracts_database_password", {"contracts_database_password"}),
        ("contracts_broker_password", {"contracts_broker_password", "rabbitmq_definitions.json"}),
        ("rabbitmq_password", {"rabbitmq_password", "rabbitmq_definitions.json"}),
        ("files_s3_secret_key", {"files_s3_secret_key", "s3_identities.json"}),
        ("identity_mail_public_key", set(secret_set.MAIL_KEYS)),
        ("incidents_mail_public_key", set(secret_set.MAIL_KEYS)),
        ("notifications_mail_private_key", set(secret_set.MAIL_KEYS)),
    ],
)
def test_a_value_is_made_anew_with_what_is_derived_from_it(folder: Path, name: str, changes: set[str]) -> None:
    before = secret_set.read(folder)
    changed = secret_set.renewed(before, name)
    assert set(changed) == changes
    secret_set.write(folder, changed)
    after = secret_set.read(folder)
    assert {each for each in after if after[each] != before[each]} == changes
    hashes = {user["name"]: user["password_hash"] for user in json.loads(after["rabbitmq_definitions.json"])["users"]}
    assert hashes["contracts"] == password_hash(after["contracts_broker_password"])
    assert after["files_s3_secret_key"] in after["s3_identities.json"]


def test_a_file_that_containers_have_open_stays_the_same_file(folder: Path) -> None:
    before = {path: path.stat().st_ino for path in folder.iterdir()}
    secret_set.write(folder, secret_set.renewed(secret_set.read(folder), "contracts_broker_password"))
    assert {path: path.stat().st_ino for path in folder.iterdir()} == before


@pytest.mark.parametrize("name", ["notifications_smtp_password", "rabbitmq_definitions.json", "contracts_password"])
def test_what_is_not_made_here_is_not_made_anew(folder: Path, name: str) -> None:
    with pytest.raises(KeyError):
        secret_set.renewed(secret_set.read(folder), name)
