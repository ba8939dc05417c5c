"""What every container owes: bounds, a version, and time to end in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tests.cluster.quantities import processors, size
from tests.cluster.reading import Workload, name_of, of_kind, ours, settings_of, workloads
from tests.cluster.rendering import Manifest
from tests.cluster.wired import GRACE, LONGEST_DELIVERY, longest_job

BOUNDS = {f"{kind}.{what}" for kind in ("requests", "limits") for what in ("cpu", "memory")}
# From the signal until the address is gone everywhere: endpoints, then the name server's answers of 5 s.
NOTICED = 8
# An orchestrator that kills in the very second in which the process would end by itself is of no use.
MARGIN = 5


def bounded(manifests: Sequence[Manifest]) -> list[str]:
    """Requests of processor and memory on every container, those of the operators' pods included, below its limits."""
    return [f"{subject}: {line}" for subject, resources in _resources(manifests) for line in _unbounded(resources)]


def _resources(manifests: Sequence[Manifest]) -> Iterator[tuple[str, dict[str, Any]]]:
    for workload in workloads(manifests):
        for container in workload.containers:
            yield f"{workload.process}/{container['name']}", container.get("resources", {})
    for manifest in of_kind(manifests, "RabbitmqCluster", "Cluster"):
        yield name_of(manifest), manifest["spec"].get("resources", {})
    for manifest in of_kind(manifests, "ObjectStore"):
        sidecar = manifest["spec"].get("instanceSidecarConfiguration", {})
        yield f"backups of {name_of(manifest)}", sidecar.get("resources", {})


def _unbounded(resources: dict[str, Any]) -> Iterator[str]:
    asked = {f"{kind}.{what}" for kind, amounts in resources.items() for what in amounts}
    yield from (f"asks for {each}" for each in sorted(asked - BOUNDS))
    for what, amount in (("cpu", processors), ("memory", size)):
        request, limit = (resources.get(kind, {}).get(what) for kind in ("requests", "limits"))
        if request is None or limit is None:
            yield f"no request or no limit of {what}"
        elif not 0 < amount(request) <= amount(limit):
            yield f"asks for {request} of {what}, may have {limit}"


def pinned(manifests: Sequence[Manifest]) -> list[str]:
    """Every image names a version, and this repository's all name the same one."""
    images = {f"{w.process}/{c['name']}": c["image"] for w in workloads(manifests) for c in w.containers}
    images |= {name_of(m): m["spec"]["image"] for m in of_kind(manifests, "RabbitmqCluster")}
    found = [f"{name}: {image} names no version" for name, image in images.items() if not _is_pinned(image)]
    versions = {workload.main["image"].rpartition(":")[2] for workload in ours(manifests)}
    return found if len(versions) == 1 else [*found, f"one release of several versions: {sorted(versions)}"]


def _is_pinned(image: str) -> bool:
    """A registry's port is no version, and a version is said once."""
    last = image.rpartition("/")[2]
    return bool(re.fullmatch(r"[\w.-]+(:(?!latest$)[\w][\w.-]*|@sha256:[0-9a-f]{64})", last))


def ends_in_time(manifests: Sequence[Manifest]) -> list[str]:
    """The grace period is longer than all that a process may do after the signal; an API is gone from every list of
    addresses before it stops answering."""
    found = []
    for workload in ours(manifests):
        settings = settings_of(workload, manifests)
        drain = float(settings.get(f"{workload.service.upper()}_DRAIN_SECONDS", 0))
        if workload.component == "api" and drain < NOTICED:
            found.append(f"{workload.process}: closes its door after {drain:g} s, before everybody knows")
        needed = _needed(workload, drain) + MARGIN
        if (grace := workload.pod["terminationGracePeriodSeconds"]) < needed:
            found.append(f"{workload.process}: is killed after {grace} s and may need {needed:g} s")
    return found


def _needed(workload: Workload, drain: float) -> float:
    if workload.component == "api":
        return drain + GRACE
    return {"events": LONGEST_DELIVERY, "tasks": longest_job(workload.service)}.get(workload.component, 0)
