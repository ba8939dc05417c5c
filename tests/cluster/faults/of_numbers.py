"""Of probes, roll-outs, maintenance and scalers."""

from __future__ import annotations

from tests.cluster.faults.planting import MAIN, POD, Fault, put, remove, take
from tests.cluster.rendering import Manifest
from tests.cluster.rules import probes, queues, rollouts, sizes

API = "Deployment files-api"
EVENTS = "Deployment files-events"
TASKS = "Deployment files-tasks"
BEAT = "Deployment files-beat"
CLAMAV = "Deployment clamav"
JOB = "Job files"
BROKER = "RabbitmqCluster rabbitmq"
DATABASE = "Cluster postgres"
API_SCALER = "HorizontalPodAutoscaler files-api"
EVENTS_SCALER = "ScaledObject files-events"
OFTEN = "spec strategy rollingUpdate maxUnavailable"


def budget(name: str, labels: dict[str, str], **numbers: int) -> Manifest:
    spec = {**numbers, "selector": {"matchLabels": labels}}
    return {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name}, "spec": spec}


OVER_BEAT = budget(
    "files-beat", {"app.kubernetes.io/name": "files", "app.kubernetes.io/component": "beat"}, minAvailable=1
)
OVER_CLAMAV = budget("clamav", {"app.kubernetes.io/name": "clamav"}, maxUnavailable=0)

PROBED = (
    Fault("not asked", probes.probed, take(EVENTS, f"{MAIN} livenessProbe"), "no livenessProbe"),
    Fault("alive when ready", probes.probed, put(API, f"{MAIN} livenessProbe httpGet path", "/readyz"), "/livez"),
    Fault("always well", probes.probed, put(BEAT, f"{MAIN} livenessProbe exec command", ["true"]), "heartbeat"),
    Fault("asked at no door", probes.probed, put(API, f"{MAIN} readinessProbe httpGet port", "web"), "at web"),
    Fault(
        "a scanner that is always well",
        probes.probed,
        put(CLAMAV, f"{MAIN} livenessProbe exec command", ["true"]),
        "clamav",
    ),
    Fault(
        "a store asked elsewhere",
        probes.probed,
        put("StatefulSet s3", f"{MAIN} livenessProbe tcpSocket port", 80),
        "s3",
        "dev",
    ),
    Fault("asked late", probes.probed, put(API, f"{MAIN} livenessProbe initialDelaySeconds", 900), "initialDelay"),
)
PATIENT = (
    Fault("a second to start", probes.patient, put(API, f"{MAIN} startupProbe failureThreshold", 1), "after its start"),
    Fault("no time for signatures", probes.patient, put(CLAMAV, f"{MAIN} startupProbe failureThreshold", 6), "60 s"),
    Fault(
        "killed for a pause", probes.patient, put(BEAT, f"{MAIN} livenessProbe failureThreshold", 1), "killed after 10"
    ),
    Fault("gone and asked", probes.patient, put(API, f"{MAIN} readinessProbe periodSeconds", 60), "killed after 30"),
    Fault("no patience", probes.patient, put(API, f"{MAIN} livenessProbe timeoutSeconds", 1), "waits 1 s"),
    Fault("hangs for hours", probes.patient, put(BEAT, f"{MAIN} livenessProbe failureThreshold", 999), "hangs for"),
)
ROLLOUTS = (
    Fault("all workers at once", rollouts.start_first, put(TASKS, OFTEN, "100%"), "files-tasks: is replaced"),
    Fault("one less", rollouts.start_first, put(API, OFTEN, 1), "files-api: is replaced"),
    Fault("two scanners on one disk", rollouts.start_first, take(CLAMAV, "spec strategy"), "clamav: is replaced"),
    Fault("a held release", rollouts.start_first, put(API, "spec paused", True), "has paused"),
    Fault("leaving together", rollouts.start_first, put(API, "spec minReadySeconds", 5), "before the last one is gone"),
    Fault("a store that lingers", rollouts.start_first, put("StatefulSet s3", "spec ordinals", {}), "ordinals", "dev"),
    Fault("never again", rollouts.start_first, put(BEAT, f"{POD} restartPolicy", "Never"), "started again"),
    Fault("no scheduler", rollouts.start_first, put(BEAT, "spec replicas", 0), "0 at the start"),
    Fault("no way back", rollouts.start_first, put(API, "spec revisionHistoryLimit", 0), "no way back"),
)
FINISHED = (
    Fault("five seconds to migrate", rollouts.finished, put(JOB, "spec activeDeadlineSeconds", 5), "cut off after 5 s"),
    Fault("one try", rollouts.finished, put(JOB, "spec backoffLimit", 0), "one try"),
    Fault("no second try", rollouts.finished, put(JOB, f"{POD} restartPolicy", "Never"), "one try"),
    Fault("forgotten at once", rollouts.finished, put(JOB, "spec ttlSecondsAfterFinished", 0), "forgotten"),
    Fault("a job that serves", rollouts.finished, put(JOB, f"{MAIN} readinessProbe", {}), "whether it serves"),
    Fault("never begun", rollouts.finished, put(JOB, "spec suspend", True), "has suspend"),
)
MAINTENANCE = (
    Fault("no budget", rollouts.outlives_a_node, remove("PodDisruptionBudget files-api"), "files-api: maintenance"),
    Fault(
        "a broker that never leaves",
        rollouts.outlives_a_node,
        put("PodDisruptionBudget rabbitmq", "spec maxUnavailable", 0),
        "rabbitmq: maintenance",
    ),
    Fault(
        "a budget over the one scanner",
        rollouts.outlives_a_node,
        lambda manifests: manifests.append(OVER_CLAMAV),
        "clamav: maintenance",
    ),
    Fault(
        "a budget over the one scheduler",
        rollouts.outlives_a_node,
        lambda manifests: manifests.append(OVER_BEAT),
        "files-beat: maintenance",
    ),
    Fault("a database without budget", rollouts.outlives_a_node, put(DATABASE, "spec enablePDB", False), "postgres"),
    Fault("one machine", rollouts.spread, take(API, f"{POD} topologySpreadConstraints"), "files-api"),
    Fault(
        "no start in one zone",
        rollouts.spread,
        put(API, f"{POD} topologySpreadConstraints 0 whenUnsatisfiable", "DoNotSchedule"),
        "files-api",
    ),
    Fault(
        "spread among others",
        rollouts.spread,
        put(API, f"{POD} topologySpreadConstraints 0 labelSelector", {}),
        "files-api",
    ),
    Fault("brokers on one machine", rollouts.spread, take(BROKER, "spec affinity"), "rabbitmq"),
    Fault(
        "brokers in one zone",
        rollouts.spread,
        take(BROKER, "spec override statefulSet spec template spec topologySpreadConstraints"),
        "rabbitmq",
    ),
    Fault(
        "databases on one machine",
        rollouts.spread,
        put(DATABASE, "spec affinity enablePodAntiAffinity", False),
        "postgres",
    ),
)
NUMBERS = (
    Fault(
        "a queue without a worker",
        queues.scaled,
        take("ScaledObject incidents-events", "spec triggers -1"),
        "incidents.files",
    ),
    Fault("a queue of nobody", queues.scaled, put(EVENTS_SCALER, "spec triggers 0 metadata queueName", "x"), "queue x"),
    Fault("no scaler", queues.growing, remove("ScaledObject files-tasks"), "files-tasks: 0 scalers"),
    Fault("a number of its own", queues.growing, put(API, "spec replicas", 1), "reset"),
    Fault("from much to little", queues.growing, put(API_SCALER, "spec minReplicas", 7), "from 7"),
    Fault("down to nobody", queues.growing, take(EVENTS_SCALER, "spec fallback"), "nobody"),
    Fault("one relay", queues.several, put(EVENTS_SCALER, "spec minReplicaCount", 1), "one alone"),
    Fault("by a metric of nobody", queues.eager, put(API_SCALER, "spec metrics 0 resource name", "memory"), "grows by"),
    Fault(
        "only when all is lost",
        queues.eager,
        put(API_SCALER, "spec metrics 0 resource target averageUtilization", 100),
        "grows by",
    ),
    Fault(
        "never up",
        queues.eager,
        put(API_SCALER, "spec behavior scaleUp", {"selectPolicy": "Disabled"}),
        "behaves",
    ),
    Fault("looked at once a day", queues.eager, put(EVENTS_SCALER, "spec pollingInterval", 86400), "rarely"),
    Fault(
        "a million waiting",
        queues.eager,
        put(EVENTS_SCALER, "spec triggers 0 metadata value", "1000000"),
        "1000000 waiting",
    ),
    Fault(
        "more than the database takes",
        sizes.connections_suffice,
        put(API_SCALER, "spec maxReplicas", 40),
        "connections",
    ),
)

FAULTS = (*PROBED, *PATIENT, *ROLLOUTS, *FINISHED, *MAINTENANCE, *NUMBERS)
