"""How the number of pods changes: by a roll-out, by a machine that is emptied, by a scaler, by the end of a Job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.cluster.drawing import LABELS_OF_OPERATED
from tests.cluster.reading import SERVICES, Workload, name_of, named, of_kind, selects, workloads
from tests.cluster.rendering import Manifest

# The next one is ready before the last one is told to leave.
START_FIRST = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
# A volume belongs to one at a time.
ONE_AT_A_TIME = {"clamav": {"type": "Recreate"}}
# As many seconds as an old one may take to leave: of those that hold many connections, one leaves at a time.
AWAITED = ("api", "events")
# Releases that `kubectl rollout undo` still finds.
BACK = 2
DEPLOYMENT = {"minReadySeconds", "replicas", "revisionHistoryLimit", "selector", "strategy", "template"}
STATEFUL_SET = {"replicas", "selector", "serviceName", "template", "volumeClaimTemplates"}
JOB = {"activeDeadlineSeconds", "backoffLimit", "template", "ttlSecondsAfterFinished"}
# Seconds: of a migration over large tables; that somebody has to read why one failed.
LONGEST_MIGRATION, READABLE = 600, 86400
APART = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
BROKERS = {"labelSelector": {"matchLabels": {"app.kubernetes.io/name": "rabbitmq"}}}
BROKERS_APART = {
    "podAntiAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "kubernetes.io/hostname", **BROKERS}]
    }
}
# Where there is one zone alone, or one machine is away, a pod starts all the same.
LOOSE = {"maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway"}
IN_ZONES = {"topologyKey": "topology.kubernetes.io/zone", **LOOSE, **BROKERS}
DATABASES_APART = {
    "enablePodAntiAffinity": True,
    "podAntiAffinityType": "preferred",
    "topologyKey": "kubernetes.io/hostname",
}
SEVERAL = ("api", "events", "tasks")
BUDGET: dict[str, Any] = {"maxUnavailable": 1}
# One that does not work must not hold up the machine it stands on; a broker's node might hold the only copy.
LENIENT = {"unhealthyPodEvictionPolicy": "AlwaysAllow"}


def _has_several(workload: Workload) -> bool:
    return workload.is_ours and workload.component in SEVERAL


def start_first(manifests: Sequence[Manifest]) -> list[str]:
    """Nothing is missing while a release goes out, and a release is not held."""
    lasting = of_kind(manifests, "Deployment", "StatefulSet")
    lines = [(manifest, line) for manifest in lasting for line in (*_of_its_own(manifest), *_replaced(manifest))]
    return [f"{name_of(manifest)}: {line}" for manifest, line in lines]


def _of_its_own(manifest: Manifest) -> Iterator[str]:
    spec, known = manifest["spec"], DEPLOYMENT if manifest["kind"] == "Deployment" else STATEFUL_SET
    yield from (f"has {key}" for key in sorted(set(spec) - known))
    if spec.get("replicas", 1) != 1:
        yield f"{spec['replicas']} at the start"
    if "restartPolicy" in Workload(manifest).pod:
        yield "says when it is started again"


def _replaced(manifest: Manifest) -> Iterator[str]:
    spec, wanted = manifest["spec"], ONE_AT_A_TIME.get(name_of(manifest), START_FIRST)
    if manifest["kind"] == "Deployment" and spec.get("strategy") != wanted:
        yield f"is replaced by {spec.get('strategy')}, wanted {wanted}"
    if spec.get("revisionHistoryLimit", 10) < BACK:
        yield "knows no way back"
    yield from _overtaking(Workload(manifest))


def _overtaking(workload: Workload) -> Iterator[str]:
    pause = workload.manifest["spec"].get("minReadySeconds", 0)
    awaited = workload.component in AWAITED and workload.service in SERVICES
    if awaited and pause < workload.pod["terminationGracePeriodSeconds"]:
        yield f"the next one leaves after {pause} s, before the last one is gone"
    if not awaited and pause:
        yield f"waits {pause} s for nothing"


def finished(manifests: Sequence[Manifest]) -> list[str]:
    """A migration has its time, a second try and somebody who reads what it said."""
    jobs = [workload for workload in workloads(manifests) if workload.manifest["kind"] == "Job"]
    return [f"{job.process}: {line}" for job in jobs for line in _hurried(job, job.manifest["spec"])]


def _hurried(job: Workload, spec: dict[str, Any]) -> Iterator[str]:
    yield from (f"has {key}" for key in sorted(set(spec) - JOB))
    if {"livenessProbe", "readinessProbe", "startupProbe"} & job.main.keys():
        yield "is asked whether it serves"
    if job.pod.get("restartPolicy") != "OnFailure" or spec.get("backoffLimit", 0) < 1:
        yield "has one try"
    if spec.get("activeDeadlineSeconds", 0) < LONGEST_MIGRATION:
        yield f"is cut off after {spec.get('activeDeadlineSeconds')} s"
    if spec.get("ttlSecondsAfterFinished", 0) < READABLE:
        yield "is forgotten before anybody reads it"


def outlives_a_node(manifests: Sequence[Manifest]) -> list[str]:
    """Whatever may have several replicas loses one at a time to maintenance; what has one has no budget, which would
    hold its machine for ever."""
    pods = {workload.process: workload.labels for workload in workloads(manifests)} | LABELS_OF_OPERATED
    several = {workload.process for workload in workloads(manifests) if _has_several(workload)} | {"rabbitmq"}
    found = []
    for name, labels in pods.items():
        wanted = [BUDGET if name == "rabbitmq" else BUDGET | LENIENT] if name in several else []
        if (given := _budgets(manifests, labels)) != wanted:
            found.append(f"{name}: maintenance may take {given}, wanted {wanted}")
    database = named(manifests, "Cluster", "postgres")["spec"]
    if database.get("enablePDB") is not (database["instances"] > 1):
        found.append("postgres: maintenance may take several at once, or none")
    return found


def _budgets(manifests: Sequence[Manifest], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Of the pods with these labels."""
    specs = [each["spec"] for each in of_kind(manifests, "PodDisruptionBudget")]
    over = [spec for spec in specs if selects(spec["selector"], labels)]
    return [{key: value for key, value in spec.items() if key != "selector"} for spec in over]


def spread(manifests: Sequence[Manifest]) -> list[str]:
    """Replicas stand on several machines and in several zones."""
    found = []
    for workload in workloads(manifests):
        selector = workload.manifest["spec"].get("selector")
        wanted = [{"topologyKey": key, **LOOSE, "labelSelector": selector} for key in APART]
        if workload.pod.get("topologySpreadConstraints") != (wanted if _has_several(workload) else None):
            found.append(f"{workload.process}: its replicas may share one machine")
    broker = named(manifests, "RabbitmqCluster", "rabbitmq")["spec"]
    template = broker.get("override", {}).get("statefulSet", {}).get("spec", {}).get("template", {}).get("spec", {})
    if broker.get("affinity") != BROKERS_APART or template.get("topologySpreadConstraints") != [IN_ZONES]:
        found.append("rabbitmq: its nodes may share one machine, or one zone")
    if named(manifests, "Cluster", "postgres")["spec"].get("affinity") != DATABASES_APART:
        found.append("postgres: its nodes may share one machine")
    return found
