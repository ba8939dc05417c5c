"""A release goes out in three stages, migrations before what needs them."""

from __future__ import annotations

from collections.abc import Sequence

from tests.cluster.reading import NAME, SERVICES, name_of, of_kind, selects, workloads
from tests.cluster.rendering import ROOT, Manifest

STAGE = "sqp.fr/stage"
STAGE_OF = {
    "Deployment": "run",
    "HorizontalPodAutoscaler": "run",
    "ScaledObject": "run",
    "Ingress": "run",
    "Job": "migrate",
    "ConfigMap": "foundation",
    "NetworkPolicy": "foundation",
    "Namespace": "foundation",
    "Cluster": "foundation",
    "RabbitmqCluster": "foundation",
}
NAMESPACE = "sqp"
# Whose pods are there before the services': stores.
STORES = {"clamav", "s3", "mail"}


def staged(manifests: Sequence[Manifest]) -> list[str]:
    """Every object is applied in one of the stages, and by kind in the right one."""
    found = []
    for manifest in manifests:
        labels = manifest["metadata"].get("labels", {})
        stage = labels.get(STAGE)
        wanted = "foundation" if labels.get(NAME) in STORES else STAGE_OF.get(manifest["kind"], stage)
        if stage not in ("foundation", "migrate", "run") or stage != wanted:
            found.append(f"{manifest['kind']} {name_of(manifest)}: in stage {stage}")
        if manifest["kind"] != "Namespace" and manifest["metadata"].get("namespace") != NAMESPACE:
            found.append(f"{manifest['kind']} {name_of(manifest)}: outside the namespace")
    return found


def migrated(manifests: Sequence[Manifest]) -> list[str]:
    """A Job per service, named after the version of its image: a new release brings new ones."""
    jobs = [workload for workload in workloads(manifests) if workload.manifest["kind"] == "Job"]
    found = [
        f"{name_of(job.manifest)}: not named after its image, {job.main['image']}"
        for job in jobs
        if name_of(job.manifest) != f"{job.service}-migrate-{job.main['image'].rpartition(':')[2]}"
    ]
    missing = set(SERVICES) - {job.service for job in jobs}
    return found + [f"{service}: nothing migrates it" for service in sorted(missing)]


def connected(manifests: Sequence[Manifest]) -> list[str]:
    """What refers to a ConfigMap, a pod's port or a Service finds it."""
    maps = {name_of(manifest) for manifest in of_kind(manifests, "ConfigMap")}
    found = []
    for workload in workloads(manifests):
        names = [source["configMapRef"]["name"] for source in workload.main.get("envFrom", [])]
        found += [f"{workload.process}: no ConfigMap {name}" for name in names if name not in maps]
    for service in of_kind(manifests, "Service"):
        chosen = [w for w in workloads(manifests) if selects({"matchLabels": service["spec"]["selector"]}, w.labels)]
        wanted = {port["targetPort"] for port in service["spec"]["ports"]}
        named = {port["name"] for workload in chosen for port in workload.main.get("ports", [])}
        if len(chosen) != 1 or not wanted <= named:
            found.append(f"service {name_of(service)}: leads to {[workload.process for workload in chosen]}")
    return found


def published(manifests: Sequence[Manifest]) -> list[str]:
    """The gateway alone, by TLS alone, and as its edge in compose treats it."""
    [ingress] = of_kind(manifests, "Ingress")
    spec = ingress["spec"]
    paths = [path for rule in spec["rules"] for path in rule["http"]["paths"]]
    found = [f"{name} is published" for name in {path["backend"]["service"]["name"] for path in paths} - {"gateway"}]
    secured = {host for each in spec.get("tls", []) for host in each["hosts"]}
    found += [f"{host} is spoken to without TLS" for host in {rule.get("host") for rule in spec["rules"]} - secured]
    snippet = ingress["metadata"]["annotations"].get("haproxy.org/backend-config-snippet", "").splitlines()
    edge = {line.strip() for line in (ROOT / "deploy/haproxy/haproxy.cfg").read_text().splitlines()}
    wanted = {line for line in edge if line.startswith(("http-request", "retry-on"))}
    return found + [f"the edge of compose also says: {line}" for line in sorted(wanted - set(snippet))]
