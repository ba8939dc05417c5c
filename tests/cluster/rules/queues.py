"""Every queue has a worker, and every worker grows with its queue."""

from __future__ import annotations

from collections.abc import Sequence

from tests.cluster.reading import name_of, of_kind, ours
from tests.cluster.rendering import Manifest
from tests.cluster.wired import worked_queues

# Why the others do not grow by themselves.
FIXED = {"beat": "one scheduler is enough", "migrate": "runs once"}


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
    known = {workload.process for workload in ours(manifests)}
    found += [f"a scaler for {target}, which is not there" for target in targets if target not in known]
    return found + [f"{name_of(scaler)}: {trouble}" for scaler in scalers for trouble in _range(scaler)]


def _range(scaler: Manifest) -> list[str]:
    spec = scaler["spec"]
    if scaler["kind"] == "HorizontalPodAutoscaler":
        return [] if 1 <= spec["minReplicas"] <= spec["maxReplicas"] else ["no sensible range"]
    # Nothing may shrink to nobody, or below its least, because the broker does not answer.
    least, blind = spec["minReplicaCount"], spec.get("fallback", {}).get("replicas", 0)
    return [] if 1 <= least <= spec["maxReplicaCount"] and blind >= least else ["may shrink to nobody"]
