"""No manifest contains the value of a secret, and every referenced Secret exists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from tests.cluster.reading import name_of, of_kind, secret_files, walk, workloads
from tests.cluster.rendering import Manifest
from tests.cluster.rules.rights import made

from web.settings import DEVELOPMENT_MARK

# Secrets that are created by hand (docs/operations/cluster.md) or by an operator's program.
OTHERS = {
    "portal-tls": {"tls.crt", "tls.key"},
    "postgres-backups": {"ACCESS_KEY_ID", "ACCESS_SECRET_KEY"},
    "s3-identities": {"s3_identities.json"},
}
SECRET_NAME = re.compile(r"(PASSWORD|SECRET|TOKEN|_PRIVATE_KEY|_SECRET_KEY)$")
LOGIN = {"username", "password"}


def by_reference(manifests: Sequence[Manifest]) -> list[str]:
    """No Secret object in the manifests, no secret in a setting, no password in an address."""
    found = [f"Secret {name_of(manifest)} is written out" for manifest in of_kind(manifests, "Secret")]
    for manifest in of_kind(manifests, "ConfigMap"):
        found += [f"{name_of(manifest)}: {line}" for line in _told(manifest.get("data", {}))]
    for workload in workloads(manifests):
        given = {entry["name"]: entry.get("value", "") for entry in workload.main.get("env", [])}
        found += [f"{workload.process}: {line}" for line in _told(given)]
    return found


def _told(settings: dict[str, str]) -> Iterator[str]:
    for name, value in settings.items():
        if SECRET_NAME.search(name) or (DEVELOPMENT_MARK in value and not name.endswith("_ENVIRONMENT")):
            yield f"{name} is a secret in clear"
        if "://" in value and urlsplit(value).password:
            yield f"{name} carries a password"


def made_somewhere(manifests: Sequence[Manifest]) -> list[str]:
    """Every Secret and key that anything refers to."""
    keys = {name_of(secret): set(secret["stringData"]) for secret in made()} | OTHERS
    return [
        f"{name}/{key} is referred to and made by nobody"
        for name, key in sorted(set(_references(manifests)))
        if key not in keys.get(name, ())
    ]


def _references(manifests: Sequence[Manifest]) -> Iterator[tuple[str, str]]:
    for workload in workloads(manifests):
        yield from secret_files(workload).values()
        whole = [volume["secret"]["secretName"] for volume in workload.pod.get("volumes", []) if "secret" in volume]
        yield from ((name, key) for name in whole for key in OTHERS.get(name, {"?"}))
    for part in walk(list(manifests)):
        yield from _of_operators(part)


def _of_operators(part: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """References of an Ingress and of the operators' objects to a Secret."""
    logins = [part[field]["name"] for field in ("passwordSecret", "importCredentialsSecret") if field in part]
    yield from ((name, key) for name in logins for key in LOGIN)
    keys = [part[field] for field in ("accessKeyId", "secretAccessKey") if field in part]
    yield from ((each["name"], each["key"]) for each in [*keys, *part.get("secretTargetRef", [])])
    if "hosts" in part:
        yield from ((part["secretName"], key) for key in ("tls.crt", "tls.key"))
