"""Of containers: their bounds, their rights, their folders, their images."""

from __future__ import annotations

from typing import Any

from tests.cluster.faults.planting import MAIN, POD, SECRETS, Fault, add, put, take
from tests.cluster.rules import confinement, containers

API = "Deployment files-api"
EVENTS = "Deployment files-events"
BEAT = "Deployment files-beat"
JOB = "Job files"
CLAMAV = "Deployment clamav"
BROKER = "RabbitmqCluster rabbitmq"
POD_LEVEL = f"{POD} securityContext"
OWN_LEVEL = f"{MAIN} securityContext"
OVERRIDE = "spec override statefulSet spec template spec"
UNCONFINED: dict[str, Any] = {"runAsUser": 0, "runAsNonRoot": False, "seccompProfile": {"type": "Unconfined"}}
THE_MACHINE = {"name": "machine", "hostPath": {"path": "/"}}
SECOND = {"name": "second", "image": "sqp/files:0.1.0"}
TOKEN = {"serviceAccountToken": {"path": "token"}}

BOUNDS = (
    Fault("no limit", containers.bounded, take(API, f"{MAIN} resources limits"), "memory"),
    Fault("no request", containers.bounded, take(BEAT, f"{MAIN} resources requests cpu"), "files-beat"),
    Fault("a processor of graphics", containers.bounded, put(API, f"{MAIN} resources limits gpu", 1), "limits.gpu"),
    Fault("a broker without end", containers.bounded, take(BROKER, "spec resources limits"), "rabbitmq"),
    Fault(
        "more asked for than allowed", containers.bounded, put(API, f"{MAIN} resources requests memory", "1Gi"), "1Gi"
    ),
    Fault(
        "a database that asks for more",
        containers.bounded,
        put("Cluster postgres", "spec resources requests cpu", "8"),
        "asks for 8",
    ),
)
USERS = (
    Fault("root", confinement.users, put(API, f"{POD_LEVEL} runAsUser", 0), "files-api: its pod"),
    Fault("another user", confinement.users, put(API, f"{POD_LEVEL} runAsUser", 1000), "10001"),
    Fault("any system call", confinement.users, take(API, f"{POD_LEVEL} seccompProfile"), "files-api"),
    Fault("unreadable secrets", confinement.users, take(API, f"{POD_LEVEL} fsGroup"), "files-api"),
    Fault("a group too many", confinement.users, put(API, f"{POD_LEVEL} supplementalGroups", [0]), "files-api"),
    Fault(
        "root by the container's word",
        confinement.users,
        put(API, OWN_LEVEL, {**confinement.CONFINED, **UNCONFINED}),
        "files-api/api",
    ),
    Fault("a writable root", confinement.users, take(API, f"{OWN_LEVEL} readOnlyRootFilesystem"), "files-api/api"),
    Fault("a capability", confinement.users, put(API, f"{OWN_LEVEL} capabilities add", ["NET_RAW"]), "files-api/api"),
    Fault("a privileged job", confinement.users, put(JOB, f"{OWN_LEVEL} privileged", True), "files-migrate/migrate"),
)
NOTHING_ELSE = (
    Fault("token mounted", confinement.nothing_else, take(API, f"{POD} automountServiceAccountToken"), "automount"),
    Fault("the machine's network", confinement.nothing_else, put(API, f"{POD} hostNetwork", True), "hostNetwork"),
    Fault("the machine's processes", confinement.nothing_else, put(API, f"{POD} hostPID", True), "hostPID"),
    Fault("another account", confinement.nothing_else, put(API, f"{POD} serviceAccountName", "x"), "serviceAccount"),
    Fault("a port of the machine", confinement.nothing_else, put(API, f"{MAIN} ports 0 hostPort", 80), "hostPort"),
    Fault(
        "another namespace's pods",
        confinement.nothing_else,
        put(API, "spec template metadata namespace", "x"),
        "say names",
    ),
    Fault(
        "settings that may be missing",
        confinement.nothing_else,
        put(API, f"{MAIN} envFrom 0 configMapRef optional", True),
        "without its settings",
    ),
    Fault("a second container", confinement.nothing_else, add(API, f"{POD} containers", SECOND), "more than one"),
    Fault("one that starts first", confinement.nothing_else, put(API, f"{POD} initContainers", [SECOND]), "initCont"),
    Fault("a command of its own", confinement.nothing_else, put(API, f"{MAIN} lifecycle", {}), "lifecycle"),
    Fault(
        "a value from elsewhere",
        confinement.nothing_else,
        add(API, f"{MAIN} env", {"name": "A", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}),
        "valueFrom",
    ),
    Fault("a lax namespace", confinement.nothing_else, put("Namespace sqp", "metadata labels", {}), "enforce"),
)
FOLDERS = (
    Fault(
        "a folder without end", confinement.folders, take(API, f"{POD} volumes tmp emptyDir sizeLimit"), "volume tmp"
    ),
    Fault("the machine's disk", confinement.folders, add(API, f"{POD} volumes", THE_MACHINE), "hostPath"),
    Fault("a token beside the secrets", confinement.folders, add(API, SECRETS, TOKEN), "volume secrets"),
    Fault(
        "secrets that all may read",
        confinement.folders,
        put(API, f"{POD} volumes secrets projected defaultMode", 0o444),
        "volume secrets",
    ),
    Fault(
        "writable secrets",
        confinement.folders,
        take(API, f"{MAIN} volumeMounts secrets readOnly"),
        "files-api: writes to",
    ),
    Fault(
        "a disk of no size", confinement.folders, take("PersistentVolumeClaim signatures", "spec resources"), "claim"
    ),
    Fault(
        "another's disk", confinement.folders, put("PersistentVolumeClaim signatures", "spec volumeName", "x"), "claim"
    ),
    Fault(
        "a store's disk for all",
        confinement.folders,
        put("StatefulSet s3", "spec volumeClaimTemplates 0 spec accessModes", ["ReadWriteMany"]),
        "claim data",
        "dev",
    ),
    Fault(
        "a secret that may be missing",
        confinement.folders,
        put(API, f"{SECRETS} 0 secret optional", True),
        "volume secrets",
    ),
    Fault("a volume of two kinds", confinement.folders, put(API, f"{POD} volumes tmp configMap", {}), "volume tmp"),
    Fault("no /tmp", confinement.folders, take(API, f"{MAIN} volumeMounts tmp"), "files-api: mounts"),
    Fault(
        "a claim of nobody",
        confinement.folders,
        put(CLAMAV, f"{POD} volumes signatures persistentVolumeClaim claimName", "signature"),
        "volume signatures",
    ),
)
OPERATED = (
    Fault("a lax broker", confinement.operated, take(BROKER, "spec override"), "rabbitmq"),
    Fault("a broker as root", confinement.operated, put(BROKER, f"{OVERRIDE} securityContext runAsUser", 0), "rabbitm"),
    Fault("a broker beside all", confinement.operated, put(BROKER, f"{OVERRIDE} hostNetwork", True), "hostNetwork"),
    Fault(
        "an open administrator",
        confinement.operated,
        put("Cluster postgres", "spec enableSuperuserAccess", True),
        "postgres",
    ),
)
PINNED = (
    Fault("latest", containers.pinned, put(CLAMAV, f"{MAIN} image", "clamav/clamav:latest"), "no version"),
    Fault("no tag", containers.pinned, put(CLAMAV, f"{MAIN} image", "clamav/clamav"), "no version"),
    Fault("a port for a tag", containers.pinned, put(CLAMAV, f"{MAIN} image", "registry:5000/clamav"), "no version"),
    Fault("two tags", containers.pinned, put(CLAMAV, f"{MAIN} image", "clamav/clamav:1.4:1.4"), "no version"),
    Fault("two releases", containers.pinned, put(API, f"{MAIN} image", "sqp/files:0.0.9"), "0.0.9"),
)
ENDINGS = (
    Fault("request cut", containers.ends_in_time, put(API, f"{POD} terminationGracePeriodSeconds", 15), "killed"),
    Fault("delivery cut", containers.ends_in_time, put(EVENTS, f"{POD} terminationGracePeriodSeconds", 10), "killed"),
    Fault(
        "job cut",
        containers.ends_in_time,
        put("Deployment incidents-tasks", f"{POD} terminationGracePeriodSeconds", 600),
        "killed",
    ),
    Fault(
        "door closed early",
        containers.ends_in_time,
        put("ConfigMap files-settings", "data FILES_DRAIN_SECONDS", "3"),
        "closes its door",
    ),
)

FAULTS = (*BOUNDS, *USERS, *NOTHING_ELSE, *FOLDERS, *OPERATED, *PINNED, *ENDINGS)
