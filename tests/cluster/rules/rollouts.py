"""How the number of pods changes: by a roll-out, by a machine that is emptied, by a scaler, by the end of a Job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    sets = of_kind(manifests, "StatefulSet")
    found = [f"{name_of(m)}: has {key}" for m in sets for key in sorted(set(m["spec"]) - STATEFUL_SET)]
    for manifest in of_kind(manifests, "Deployment"):
        name, spec = name_of(manifest), manifest["spec"]
        found += [f"{name}: has {key}" for key in sorted(set(spec) - DEPLOYMENT)]
        wanted = ONE_AT_A_TIME.get(name, START_FIRST)
        if spec.get("strategy") != wanted:
            found.append(f"{name}: is replaced by {spec.get('strategy')}, wanted {wanted}")
        if spec.get("revisionHistoryLimit", 10) < BACK:
            found.append(f"{name}: knows no way back")
        found += _overtaking(Workload(manifest))
    lasting = of_kind(manifests, "Deployment", "StatefulSet")
    found += [f"{name_of(m)}: says when it is started again" for m in lasting if "restartPolicy" in Workload(m).pod]
    return found + [
        f"{name_of(manifest)}: {manifest['spec']['replicas']} at the start"
        for manifest in lasting
        if manifest["spec"].get("replicas", 1) != 1
    ]


def _overtaking(workload: Workload) -> Iterator[str]:
    pause = workload.manifest["spec"].get("minReadySeconds", 0)
    awaited = workload.component in AWAITED and workload.service in SERVICES
    if awaited and pause < workload.pod["terminationGracePeriodSeconds"]:
        yield f"{workload.process}: the next one leaves after {pause} s, before the last one is gone"
    if not awaited and pause:
        yield f"{workload.process}: waits {pause} s for nothing"


def finished(manifests: Sequence[Manifest]) -> list[str]:
    """A migration has its time, a second try and somebody who reads what it said."""
    found = []
    for workload in workloads(manifests):
        if workload.manifest["kind"] != "Job":
            continue
        spec = workload.manifest["spec"]
        found += [f"{workload.process}: has {key}" for key in sorted(set(spec) - JOB)]
        if {"livenessProbe", "readinessProbe", "startupProbe"} & workload.main.keys():
            found.append(f"{workload.process}: is asked whether it serves")
        if workload.pod.get("restartPolicy") != "OnFailure" or spec.get("backoffLimit", 0) < 1:
            found.append(f"{workload.process}: has one try")
        if spec.get("activeDeadlineSeconds", 0) < LONGEST_MIGRATION:
            found.append(f"{workload.process}: is cut off after {spec.get('activeDeadlineSeconds')} s")
        if spec.get("ttlSecondsAfterFinished", 0) < READABLE:
            found.append(f"{workload.process}: is forgotten before anybody reads it")
    return found


def outlives_a_node(manifests: Sequence[Manifest]) -> list[str]:
    """Whatever may have several replicas loses one at a time to maintenance; what has one has no budget, which would
    hold its machine for ever."""
    pods = {workload.process: workload.labels for workload in workloads(manifests)} | LABELS_OF_OPERATED
    several = {workload.process for workload in workloads(manifests) if _has_several(workload)} | {"rabbitmq"}
    found = []
    for name, labels in pods.items():
        over = [
            each["spec"]
            for each in of_kind(manifests, "PodDisruptionBudget")
            if selects(each["spec"]["selector"], labels)
        ]
        given = [{key: value for key, value in each.items() if key != "selector"} for each in over]
        wanted = [BUDGET if name == "rabbitmq" else BUDGET | LENIENT] if name in several else []
        if given != wanted:
            found.append(f"{name}: maintenance may take {given}, wanted {wanted}")
    database = named(manifests, "Cluster", "postgres")["spec"]
    if database.get("enablePDB") is not (database["instances"] > 1):
        found.append("postgres: maintenance may take several at once, or none")
    return found


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
