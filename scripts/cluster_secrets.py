"""Prints the cluster's Secrets from a folder that `python -m scripts.secret_set FOLDER` filled:
`python -m scripts.cluster_secrets FOLDER | kubectl apply -f -`, or through `kubeseal` into your repository.

Each secret value stands in one Secret, in the form that its operator wants, and pods mount it under its file's name.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from scripts import secret_set
from scripts.secret_set import random_value, write

from api.upstreams import SERVICES

NAMESPACE = "sqp"
# KEDA's user reads queue lengths at the broker; a set that was made for compose has no such user yet.
SCALER = "keda_broker_password"
OWN = {
    "identity": ("identity_refresh_secret", "identity_key_encryption_secret", "identity_mail_public_key"),
    "incidents": ("incidents_mail_public_key",),
    "files": ("files_s3_secret_key",),
    "notifications": ("notifications_mail_private_key", "notifications_smtp_password"),
}


def secrets(values: Mapping[str, str]) -> list[dict[str, Any]]:
    """``values`` by file name. Raises KeyError naming the file that is missing."""
    found = [_login("keda-broker", "keda", values[SCALER])]
    for service in SERVICES:
        found += [
            _role(f"{service}-database-owner", f"{service}_owner", values[f"{service}_database_owner_password"]),
            _role(f"{service}-database-app", f"{service}_app", values[f"{service}_database_password"]),
            _login(f"{service}-broker", service, values[f"{service}_broker_password"]),
        ]
        if service in OWN:
            found.append(_secret(f"{service}-own", {name: values[name] for name in OWN[service]}))
    return found


def store_secrets(values: Mapping[str, str]) -> list[dict[str, Any]]:
    """Secrets of the development overlay's object store."""
    return [_secret("s3-identities", {"s3_identities.json": values["s3_identities.json"]})]


def _role(name: str, username: str, password: str) -> dict[str, Any]:
    login = _login(name, username, password)
    # Without this label the database's operator does not apply a changed password.
    login["metadata"]["labels"]["cnpg.io/reload"] = "true"
    return login


def _login(name: str, username: str, password: str) -> dict[str, Any]:
    return _secret(name, {"username": username, "password": password}, "kubernetes.io/basic-auth")


def _secret(name: str, content: dict[str, str], type_: str = "Opaque") -> dict[str, Any]:
    metadata = {"name": name, "namespace": NAMESPACE, "labels": {"app.kubernetes.io/part-of": "sqp"}}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": type_, "stringData": content}


def read(folder: Path) -> dict[str, str]:
    """The set in ``folder``, with the values that only a cluster needs."""
    if not (folder / SCALER).exists():
        write(folder, {SCALER: random_value(SCALER)})
    return secret_set.read(folder)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.cluster_secrets", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stores", action="store_true", help="those of the development overlay's stores, too")
    arguments = parser.parse_args()
    values = read(arguments.folder)
    found = secrets(values) + (store_secrets(values) if arguments.stores else [])
    yaml.safe_dump_all(found, sys.stdout, sort_keys=False)


if __name__ == "__main__":
    main()
