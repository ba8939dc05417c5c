"""What a pod may: exactly what is written here, a key that is not is a fault."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from tests.cluster.reading import Workload, name_of, named, of_kind, workloads
from tests.cluster.rendering import Manifest

POD = {
    "automountServiceAccountToken",
    "containers",
    "enableServiceLinks",
    "restartPolicy",
    "securityContext",
    "terminationGracePeriodSeconds",
    "topologySpreadConstraints",
    "volumes",
}
CONTAINER = {
    "args",
    "command",
    "env",
    "envFrom",
    "image",
    "livenessProbe",
    "name",
    "ports",
    "readinessProbe",
    "resources",
    "securityContext",
    "startupProbe",
    "volumeMounts",
}
INNER = {"env": {"name", "value"}, "envFrom": {"configMapRef"}, "ports": {"name", "containerPort"}}
METADATA = {"annotations", "labels"}
# User and group of other people's images; this repository's are all one.
USER = (10001, 10001)
USERS = {"clamav": (100, 101), "mail": (1000, 1000)}
WITHOUT_RIGHTS = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
CONFINED = {**WITHOUT_RIGHTS, "readOnlyRootFilesystem": True}
LEVELS = {f"pod-security.kubernetes.io/{what}": "restricted" for what in ("enforce", "audit", "warn")}
# Octal 0440: read by the group, which fsGroup gives to the process.
GROUP_READS = 0o440
SECRETS = {"name": "secrets", "mountPath": "/run/secrets", "readOnly": True}
CLAIM = {"accessModes", "resources", "storageClassName"}
WRITABLE = {"clamav": {"/var/lib/clamav", "/tmp", "/var/log/clamav", "/run"}, "s3": {"/data", "/tmp"}}
TEMPORARY = {"/tmp"}


def _of_user(user: int, group: int) -> dict[str, Any]:
    ids = {"runAsUser": user, "runAsGroup": group, "fsGroup": group}
    return {"runAsNonRoot": True, **ids, "seccompProfile": {"type": "RuntimeDefault"}}


# Its root stays writable: the server's start script writes beside its configuration.
BROKER = {
    "automountServiceAccountToken": False,
    "securityContext": _of_user(999, 999),
    "initContainers": [{"name": "setup-container", "securityContext": WITHOUT_RIGHTS}],
    "containers": [{"name": "rabbitmq", "securityContext": WITHOUT_RIGHTS}],
}
DATABASE = {"seccompProfile": {"type": "RuntimeDefault"}, "enableSuperuserAccess": False}


def users(manifests: Sequence[Manifest]) -> list[str]:
    """Nobody is root, gains rights or writes to its root, by the pod's word or by its containers'."""
    found = []
    for workload in workloads(manifests):
        wanted = _of_user(*USERS.get(workload.process, USER))
        if workload.process == "clamav":
            # Its volume is large, and its owner stays the same.
            wanted["fsGroupChangePolicy"] = "OnRootMismatch"
        if (real := workload.pod.get("securityContext", {})) != wanted:
            found.append(f"{workload.process}: its pod runs as {real}, wanted {wanted}")
        found += [
            f"{workload.process}/{each['name']}: is given {each.get('securityContext')}, wanted {CONFINED}"
            for each in workload.containers
            if each.get("securityContext") != CONFINED
        ]
    return found


def nothing_else(manifests: Sequence[Manifest]) -> list[str]:
    """No token, no share of the machine, no value from elsewhere: no key but the known ones."""
    found = [f"{w.process}: {line}" for w in workloads(manifests) for line in _beyond(w)]
    labels = {k: v for each in of_kind(manifests, "Namespace") for k, v in each["metadata"].get("labels", {}).items()}
    return found + [f"the namespace lets pods be: {key}" for key, level in LEVELS.items() if labels.get(key) != level]


def _beyond(workload: Workload) -> Iterator[str]:
    yield from (f"its pod has {key}" for key in sorted(set(workload.pod) - POD))
    for key in ("automountServiceAccountToken", "enableServiceLinks"):
        if workload.pod.get(key) is not False:
            yield f"{key} is not switched off"
    yield from (
        f"its pods say {key}" for key in sorted(set(workload.manifest["spec"]["template"]["metadata"]) - METADATA)
    )
    if len(workload.pod["containers"]) != 1:
        yield "more than one container"
    if any(source["configMapRef"].keys() - {"name"} for source in workload.main.get("envFrom", [])):
        yield "starts without its settings"
    for container in workload.containers:
        yield from (f"its container has {key}" for key in sorted(set(container) - CONTAINER))
        for part, known in INNER.items():
            yield from (f"{part} has {sorted(each)}" for each in container.get(part, []) if set(each) - known)


def folders(manifests: Sequence[Manifest]) -> list[str]:
    """Secrets are read by the group, in their place; a process writes where it is known to, and nowhere else."""
    claims = {name_of(each): each.get("spec", {}) for each in of_kind(manifests, "PersistentVolumeClaim")}
    templates = [t for m in of_kind(manifests, "StatefulSet") for t in m["spec"].get("volumeClaimTemplates", [])]
    disks = claims | {name_of(each): each["spec"] for each in templates}
    found = [f"claim {name}: {spec}" for name, spec in disks.items() if not _is_a_disk(spec)]
    for workload in workloads(manifests):
        own = {each["metadata"]["name"] for each in workload.manifest["spec"].get("volumeClaimTemplates", [])}
        volumes = {each["name"]: each for each in workload.pod.get("volumes", [])}
        found += [f"{workload.process}: {line}" for each in volumes.values() for line in _of_volume(each, claims)]
        found += [f"{workload.process}: {line}" for line in _of_mounts(workload, set(volumes) | own)]
    return found


def _is_a_disk(claim: dict[str, Any]) -> bool:
    """An empty one of its own, of a site's class or the usual one."""
    asked = {key: set(value) for key, value in claim.get("resources", {}).items()}
    of_size = asked == {"requests": {"storage"}}
    return of_size and claim.get("accessModes") == ["ReadWriteOnce"] and not set(claim) - CLAIM


def _of_volume(volume: dict[str, Any], claims: Collection[str]) -> Iterator[str]:
    kinds = {key: value for key, value in volume.items() if key != "name"}
    if len(kinds) != 1 or not any(_is_known(kind, what, claims) for kind, what in kinds.items()):
        yield f"the volume {volume['name']} is {kinds}"


def _is_known(kind: str, what: dict[str, Any], claims: Collection[str]) -> bool:
    by_kind = {
        "emptyDir": set(what) == {"sizeLimit"},
        "persistentVolumeClaim": what.get("claimName") in claims and len(what) == 1,
        "projected": what.get("defaultMode") == GROUP_READS and _only_secrets(what),
        "secret": what == {"secretName": what.get("secretName"), "defaultMode": GROUP_READS},
    }
    return by_kind.get(kind, False)


def _only_secrets(projected: dict[str, Any]) -> bool:
    sources = projected.get("sources", [])
    secrets = [source.get("secret", {}) for source in sources]
    items = [item for secret in secrets for item in secret.get("items", [{}])]
    shapes = ((sources, {"secret"}), (secrets, {"name", "items"}), (items, {"key", "path"}))
    exact = all(set(each) == shape for several, shape in shapes for each in several)
    return exact and set(projected) == {"defaultMode", "sources"}


def _of_mounts(workload: Workload, volumes: set[str]) -> Iterator[str]:
    mounts = workload.main.get("volumeMounts", [])
    if {each["name"] for each in mounts} != volumes or len(mounts) != len(volumes):
        yield f"mounts {[each['name'] for each in mounts]} of {sorted(volumes)}"
    writable = [each for each in mounts if each != SECRETS]
    if any(set(each) != {"name", "mountPath"} for each in writable):
        yield f"mounts in a way of its own: {writable}"
    if {each["mountPath"] for each in writable} != WRITABLE.get(workload.process, TEMPORARY):
        yield f"writes to {sorted(each['mountPath'] for each in writable)}"


def operated(manifests: Sequence[Manifest]) -> list[str]:
    """The pods that operators make: the broker's by the override of its template, the database's by its own fields."""
    spec = named(manifests, "RabbitmqCluster", "rabbitmq")["spec"].get("override", {})
    template = spec.get("statefulSet", {}).get("spec", {}).get("template", {}).get("spec", {})
    real = {key: value for key, value in template.items() if key != "topologySpreadConstraints"}
    found = [] if real == BROKER else [f"rabbitmq: its pods are made {real}, wanted {BROKER}"]
    database = named(manifests, "Cluster", "postgres")["spec"]
    given = {key: database.get(key) for key in DATABASE}
    return found if given == DATABASE else [*found, f"postgres: its pods are made {given}, wanted {DATABASE}"]
