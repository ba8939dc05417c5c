"""Security contexts: user of a pod, no privilege escalation, read-only root, no service account token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.cluster.reading import named, of_kind, workloads
from tests.cluster.rendering import Manifest

# User and group of third-party images; this repository's images share one.
USER = (10001, 10001)
USERS = {"clamav": (100, 101), "mail": (1000, 1000)}
WITHOUT_RIGHTS = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
CONFINED = {**WITHOUT_RIGHTS, "readOnlyRootFilesystem": True}
LEVELS = {f"pod-security.kubernetes.io/{what}": "restricted" for what in ("enforce", "audit", "warn")}


def _of_user(user: int, group: int) -> dict[str, Any]:
    ids = {"runAsUser": user, "runAsGroup": group, "fsGroup": group}
    return {"runAsNonRoot": True, **ids, "seccompProfile": {"type": "RuntimeDefault"}}


# A writable root: the server's start script writes beside its configuration.
BROKER = {
    "automountServiceAccountToken": False,
    "securityContext": _of_user(999, 999),
    "initContainers": [{"name": "setup-container", "securityContext": WITHOUT_RIGHTS}],
    "containers": [{"name": "rabbitmq", "securityContext": WITHOUT_RIGHTS}],
}
DATABASE = {"seccompProfile": {"type": "RuntimeDefault"}, "enableSuperuserAccess": False}


def users(manifests: Sequence[Manifest]) -> list[str]:
    """No container is root, escalates privileges or writes to its root, by its security context or the pod's."""
    found = []
    for workload in workloads(manifests):
        wanted = _of_user(*USERS.get(workload.process, USER))
        if workload.process == "clamav":
            # Changing the owner of its large volume at every start would take long, and the owner stays the same.
            wanted["fsGroupChangePolicy"] = "OnRootMismatch"
        if (real := workload.pod.get("securityContext", {})) != wanted:
            found.append(f"{workload.process}: its pod runs as {real}, wanted {wanted}")
        found += [
            f"{workload.process}/{each['name']}: is given {each.get('securityContext')}, wanted {CONFINED}"
            for each in workload.containers
            if each.get("securityContext") != CONFINED
        ]
        if workload.pod.get("automountServiceAccountToken") is not False:
            found.append(f"{workload.process}: is given the cluster's token")
    labels = {k: v for each in of_kind(manifests, "Namespace") for k, v in each["metadata"].get("labels", {}).items()}
    return found + [f"the namespace lets pods be: {key}" for key, level in LEVELS.items() if labels.get(key) != level]


def operated(manifests: Sequence[Manifest]) -> list[str]:
    """The pods that operators make: the broker's by the override of its template, the database's by its own fields."""
    spec = named(manifests, "RabbitmqCluster", "rabbitmq")["spec"].get("override", {})
    template = spec.get("statefulSet", {}).get("spec", {}).get("template", {}).get("spec", {})
    real = {key: value for key, value in template.items() if key != "topologySpreadConstraints"}
    found = [] if real == BROKER else [f"rabbitmq: its pods are made {real}, wanted {BROKER}"]
    database = named(manifests, "Cluster", "postgres")["spec"]
    given = {key: database.get(key) for key in DATABASE}
    return found if given == DATABASE else [*found, f"postgres: its pods are made {given}, wanted {DATABASE}"]
