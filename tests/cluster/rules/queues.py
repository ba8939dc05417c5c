"""Every queue has a worker, and every worker grows with its queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.cluster.reading import name_of, of_kind, ours
from tests.cluster.rendering import Manifest
from tests.cluster.wired import worked_queues

# Why the others do not grow by themselves.
FIXED = {"beat": "one scheduler is enough", "migrate": "runs once"}
SEVERAL = 2
# Seconds, and messages that one replica may have before it: some seconds' work of a consumer, or of a worker.
SEEN_WITHIN, SHRINKS_AFTER = 30, 120
MOST_WAITING = {"events": 1000, "tasks": 100}
CALM = {"scaleUp": {"stabilizationWindowSeconds": 0}, "scaleDown": {"stabilizationWindowSeconds": 300}}


def scaled(manifests: Sequence[Manifest]) -> list[str]:
    """Each queue of the code by the process that works it, none that the code does not know."""
    real = {
        (trigger["metadata"]["vhostName"], trigger["metadata"]["queueName"]): scaler["spec"]["scaleTargetRef"]["name"]
        for scaler in of_kind(manifests, "ScaledObject")
        for trigger in scaler["spec"]["triggers"]
    }
    wanted = worked_queues()
    return [
        f"queue {queue} in {vhost}: worked by {wanted.get((vhost, queue))}, scales {real.get((vhost, queue))}"
        for vhost, queue in sorted(wanted.keys() | real.keys())
        if wanted.get((vhost, queue)) != real.get((vhost, queue))
    ]


def growing(manifests: Sequence[Manifest]) -> list[str]:
    """Every process but the fixed ones has one scaler, at least one replica, and no number of its own to reset it."""
    scalers = of_kind(manifests, "ScaledObject", "HorizontalPodAutoscaler")
    targets = [scaler["spec"]["scaleTargetRef"]["name"] for scaler in scalers]
    found = []
    for workload in ours(manifests):
        times = targets.count(workload.process)
        if times != (0 if workload.component in FIXED else 1):
            found.append(f"{workload.process}: {times} scalers")
        if times and "replicas" in workload.manifest["spec"]:
            found.append(f"{workload.process}: its number would be reset by every roll-out")
    return found + [f"{name_of(scaler)}: {trouble}" for scaler in scalers for trouble in _range(scaler)]


def _least_and_most(scaler: Manifest) -> tuple[int, int]:
    spec = scaler["spec"]
    if scaler["kind"] == "HorizontalPodAutoscaler":
        return spec["minReplicas"], spec["maxReplicas"]
    return spec["minReplicaCount"], spec["maxReplicaCount"]


def _range(scaler: Manifest) -> list[str]:
    least, most = _least_and_most(scaler)
    found = [] if 1 <= least <= most else [f"from {least} to {most}"]
    if scaler["kind"] == "HorizontalPodAutoscaler":
        return found
    # Nothing shrinks because the broker does not answer.
    blind = scaler["spec"].get("fallback", {})
    known = blind.get("replicas", 0) >= least and blind.get("behavior") == "currentReplicasIfHigher"
    return found if known else [*found, "may shrink to nobody"]


def several(manifests: Sequence[Manifest]) -> list[str]:
    """One of each may be away: of what answers and of what relays, and of workers, there are two at least."""
    scalers = of_kind(manifests, "ScaledObject", "HorizontalPodAutoscaler")
    return [f"{name_of(each)}: one alone" for each in scalers if _least_and_most(each)[0] < SEVERAL]


def eager(manifests: Sequence[Manifest]) -> list[str]:
    """Scalers grow at once, by what is waiting or by the processor, and shrink slowly."""
    how = {"HorizontalPodAutoscaler": _by_processor, "ScaledObject": _by_queue}
    scalers = of_kind(manifests, *how)
    return [f"{name_of(each)}: {line}" for each in scalers for line in how[each["kind"]](each["spec"])]


def _by_processor(spec: dict[str, Any]) -> Iterator[str]:
    [metric] = spec["metrics"]
    target = metric.get("resource", {}).get("target", {}).get("averageUtilization", 0)
    if metric != _processor(target) or not 50 <= target <= 80:
        yield f"grows by {metric}"
    if spec.get("behavior") != CALM:
        yield f"behaves as {spec.get('behavior')}"


def _by_queue(spec: dict[str, Any]) -> Iterator[str]:
    if spec.get("pollingInterval", 30) > SEEN_WITHIN or spec.get("cooldownPeriod", 300) < SHRINKS_AFTER:
        yield "looks rarely or shrinks at once"
    most = MOST_WAITING.get(spec["scaleTargetRef"]["name"].rpartition("-")[2], 0)
    waiting = [trigger["metadata"]["value"] for trigger in spec["triggers"]]
    yield from (f"grows by {value} waiting" for value in waiting if int(value) > most)


def _processor(target: int) -> dict[str, Any]:
    of_it = {"type": "Utilization", "averageUtilization": target}
    return {"type": "Resource", "resource": {"name": "cpu", "target": of_it}}
