"""Of containers and of their numbers."""

from __future__ import annotations

from tests.cluster.faults.planting import MAIN, POD, Fault, put, remove, take
from tests.cluster.rules import containers, queues, sizes

API = "Deployment files-api"
EVENTS = "Deployment files-events"
BEAT = "Deployment files-beat"
BROKER = "RabbitmqCluster rabbitmq"
CONFINEMENT = f"{MAIN} securityContext"

BOUNDS = (
    Fault("no limit", containers.bounded, take(API, f"{MAIN} resources limits"), "limits.memory"),
    Fault("no request", containers.bounded, take(BEAT, f"{MAIN} resources requests cpu"), "files-beat"),
    Fault("a folder without end", containers.bounded, take(API, f"{POD} volumes tmp emptyDir sizeLimit"), "tmp"),
    Fault("a broker without end", containers.bounded, take(BROKER, "spec resources limits"), "rabbitmq"),
)
CONFINED = (
    Fault("token mounted", containers.confined, take(API, f"{POD} automountServiceAccountToken"), "token"),
    Fault("root", containers.confined, put(API, f"{POD} securityContext runAsUser", 0), "root"),
    Fault("another user", containers.confined, put(API, f"{POD} securityContext runAsUser", 1000), "10001"),
    Fault("a writable root", containers.confined, take(API, f"{CONFINEMENT} readOnlyRootFilesystem"), "writable"),
    Fault("a capability", containers.confined, put(API, f"{CONFINEMENT} capabilities add", ["NET_RAW"]), "capabil"),
    Fault("any system call", containers.confined, take(API, f"{POD} securityContext seccompProfile"), "seccomp"),
    Fault("a lax namespace", containers.confined, put("Namespace sqp", "metadata labels", {}), "namespace"),
    Fault("a lax broker", containers.confined, take(BROKER, "spec override"), "rabbitmq"),
)
PINNED = (
    Fault("latest", containers.pinned, put("Deployment clamav", f"{MAIN} image", "clamav/clamav:latest"), "no version"),
    Fault("no tag", containers.pinned, put("Deployment clamav", f"{MAIN} image", "clamav/clamav"), "no version"),
    Fault("two releases", containers.pinned, put(API, f"{MAIN} image", "sqp/files:0.0.9"), "0.0.9"),
)
PROBED = (
    Fault("not asked", containers.probed, take(EVENTS, f"{MAIN} livenessProbe"), "no livenessProbe"),
    Fault("alive when ready", containers.probed, put(API, f"{MAIN} livenessProbe httpGet path", "/readyz"), "/livez"),
    Fault("always well", containers.probed, put(BEAT, f"{MAIN} livenessProbe exec command", ["true"]), "heartbeat"),
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
    Fault("no budget", containers.outlives_a_node, remove("PodDisruptionBudget files-api"), "maintenance"),
    Fault("one machine", containers.outlives_a_node, take(API, f"{POD} topologySpreadConstraints"), "one machine"),
)
NUMBERS = (
    Fault(
        "a queue without a worker",
        queues.scaled,
        take("ScaledObject incidents-events", "spec triggers -1"),
        "incidents.files",
    ),
    Fault(
        "a scaler of nobody",
        queues.growing,
        put("ScaledObject files-tasks", "spec scaleTargetRef name", "files-task"),
        "files-task, which",
    ),
    Fault("a number of its own", queues.growing, put(API, "spec replicas", 1), "reset"),
    Fault(
        "more than the database takes",
        sizes.connections_suffice,
        put("HorizontalPodAutoscaler files-api", "spec maxReplicas", 40),
        "connections",
    ),
    Fault("down to nobody", queues.growing, take("ScaledObject files-events", "spec fallback"), "nobody"),
)

FAULTS = (*BOUNDS, *CONFINED, *PINNED, *PROBED, *ENDINGS, *NUMBERS)
