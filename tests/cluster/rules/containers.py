"""What every container owes: bounds, confinement, a version, probes, and time to end in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tests.cluster.reading import Workload, name_of, of_kind, ours, selects, settings_of, workloads
from tests.cluster.rendering import Manifest
from tests.cluster.wired import GRACE, LONGEST_DELIVERY, longest_job

USER = 10001
HEARTBEAT = ["python", "-I", "-S", "/opt/app/chassis/probe.py", "heartbeat", "/tmp/heartbeat", "30"]
CONFINED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
# Written only by the server's own start script, beside its configuration; data are on volumes.
WRITABLE_ROOT = {"rabbitmq", "setup-container"}
# From the signal until the address is gone everywhere: endpoints, then the name server's answers of 5 s.
NOTICED = 8
# An orchestrator that kills in the very second in which the process would end by itself is of no use.
MARGIN = 5


def bounded(manifests: Sequence[Manifest]) -> list[str]:
    """Requests and limits of processor and memory on every container, those of the operators' pods included."""
    found = [f"{subject}: no {miss}" for subject, resources in _resources(manifests) for miss in _missing(resources)]
    return found + [
        f"{workload.process}: the folder {volume['name']} has no size limit"
        for workload in workloads(manifests)
        for volume in workload.pod.get("volumes", [])
        if "emptyDir" in volume and "sizeLimit" not in volume["emptyDir"]
    ]


def _resources(manifests: Sequence[Manifest]) -> Iterator[tuple[str, dict[str, Any]]]:
    for workload in workloads(manifests):
        for container in workload.containers:
            yield f"{workload.process}/{container['name']}", container.get("resources", {})
    for manifest in of_kind(manifests, "RabbitmqCluster", "Cluster"):
        yield name_of(manifest), manifest["spec"].get("resources", {})
    for manifest in of_kind(manifests, "ObjectStore"):
        sidecar = manifest["spec"].get("instanceSidecarConfiguration", {})
        yield f"backups of {name_of(manifest)}", sidecar.get("resources", {})


def _missing(resources: dict[str, Any]) -> list[str]:
    wanted = [(kind, what) for kind in ("requests", "limits") for what in ("cpu", "memory")]
    return [f"{kind}.{what}" for kind, what in wanted if what not in resources.get(kind, {})]


def confined(manifests: Sequence[Manifest]) -> list[str]:
    """Nobody is root, gains rights, writes to its root, or carries a token of Kubernetes'."""
    found = [line for name, pod in _pods(manifests) for line in _pod_trouble(name, pod)]
    found += [
        f"{workload.process}: does not run as {USER}, the image's user"
        for workload in ours(manifests)
        if workload.pod.get("securityContext", {}).get("runAsUser") != USER
    ]
    [namespace] = of_kind(manifests, "Namespace")
    if namespace["metadata"]["labels"].get("pod-security.kubernetes.io/enforce") != "restricted":
        found.append("the namespace admits pods that are not restricted")
    return found


def _pods(manifests: Sequence[Manifest]) -> Iterator[tuple[str, dict[str, Any]]]:
    for workload in workloads(manifests):
        yield workload.process, workload.pod
    for manifest in of_kind(manifests, "RabbitmqCluster"):
        template = manifest["spec"].get("override", {}).get("statefulSet", {}).get("spec", {}).get("template", {})
        yield name_of(manifest), template.get("spec", {"containers": []})


def _pod_trouble(name: str, pod: dict[str, Any]) -> Iterator[str]:
    context = pod.get("securityContext", {})
    if pod.get("automountServiceAccountToken") is not False:
        yield f"{name}: a service-account token is mounted"
    if not context.get("runAsNonRoot") or not context.get("runAsUser"):
        yield f"{name}: may run as root"
    if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield f"{name}: no seccomp profile"
    for container in [*pod.get("initContainers", []), *pod["containers"]]:
        yield from _container_trouble(f"{name}/{container['name']}", container)


def _container_trouble(name: str, container: dict[str, Any]) -> Iterator[str]:
    context = container.get("securityContext", {})
    if any(context.get(key) != value for key, value in CONFINED.items()):
        yield f"{name}: may gain rights or keeps capabilities"
    if container["name"] not in WRITABLE_ROOT and not context.get("readOnlyRootFilesystem"):
        yield f"{name}: its root is writable"


def pinned(manifests: Sequence[Manifest]) -> list[str]:
    """Every image names a version, and this repository's all name the same one."""
    images = {f"{w.process}/{c['name']}": c["image"] for w in workloads(manifests) for c in w.containers}
    images |= {name_of(m): m["spec"]["image"] for m in of_kind(manifests, "RabbitmqCluster")}
    found = [f"{name}: {image} names no version" for name, image in images.items() if not _is_pinned(image)]
    versions = {workload.main["image"].rpartition(":")[2] for workload in ours(manifests)}
    return found if len(versions) == 1 else [*found, f"one release of several versions: {sorted(versions)}"]


def _is_pinned(image: str) -> bool:
    return bool(re.search(r"(:(?!latest$)[\w][\w.-]*|@sha256:[0-9a-f]{64})$", image))


def probed(manifests: Sequence[Manifest]) -> list[str]:
    """Started, alive and ready are asked of every process; an API by its own pages, the others by their heartbeat."""
    lasting = [workload for workload in workloads(manifests) if workload.manifest["kind"] != "Job"]
    found = [
        f"{workload.process}: no {probe}"
        for workload in lasting
        for probe in ("startupProbe", "livenessProbe", "readinessProbe")
        if probe not in workload.main
    ]
    for workload in lasting:
        if workload.is_ours:
            found += _wrongly_asked(workload)
    return found


def _wrongly_asked(workload: Workload) -> Iterator[str]:
    pages = {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}
    for name, page in pages.items():
        probe = workload.main.get(name, {})
        if workload.component == "api" and probe.get("httpGet", {}).get("path") != page:
            yield f"{workload.process}: {name} does not ask {page}"
        if workload.component != "api" and probe.get("exec", {}).get("command") != HEARTBEAT:
            yield f"{workload.process}: {name} does not look at the heartbeat"


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


def outlives_a_node(manifests: Sequence[Manifest]) -> list[str]:
    """Whatever may have several replicas spreads them, and loses one at a time to maintenance."""
    found = []
    budgets = of_kind(manifests, "PodDisruptionBudget")
    for workload in ours(manifests):
        if workload.component not in ("api", "events", "tasks"):
            continue
        over = [budget for budget in budgets if selects(budget["spec"]["selector"], workload.labels)]
        if [budget["spec"].get("maxUnavailable") for budget in over] != [1]:
            found.append(f"{workload.process}: maintenance may take several at once, or none")
        spread = workload.pod.get("topologySpreadConstraints", [])
        apart = {each["topologyKey"] for each in spread if selects(each["labelSelector"], workload.labels)}
        if apart != {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}:
            found.append(f"{workload.process}: its replicas may share one machine")
    return found
