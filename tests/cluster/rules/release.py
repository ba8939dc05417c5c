"""A release goes out in stages, migrations before what needs them."""

from __future__ import annotations

from collections.abc import Sequence

from tests.cluster.reading import NAME, SERVICES, Workload, name_of, ours, workloads
from tests.cluster.rendering import Manifest

STAGE = "sqp.fr/stage"
# By kind; the rest belongs to what it is for.
STAGE_OF = {
    **dict.fromkeys(("ConfigMap", "Namespace", "NetworkPolicy"), "foundation"),
    **dict.fromkeys(("Cluster", "Database", "ObjectStore", "ScheduledBackup"), "stores"),
    **dict.fromkeys(("Permission", "RabbitmqCluster", "User", "Vhost"), "stores"),
    **dict.fromkeys(("Binding", "Exchange", "Queue"), "stores"),
    "Job": "migrate",
}
VERSION = "app.kubernetes.io/version"
NAMESPACE = "sqp"
# Never rolled back with a release.
STORES = {"clamav", "s3", "mail", "rabbitmq"}


def staged(manifests: Sequence[Manifest]) -> list[str]:
    """Every object is applied in one of the stages, and by kind in the right one."""
    found = []
    for manifest in manifests:
        stage, wanted = manifest["metadata"].get("labels", {}).get(STAGE), _stage(manifest)
        if stage != wanted:
            found.append(f"{manifest['kind']} {name_of(manifest)}: in stage {stage}, wanted {wanted}")
        if manifest["kind"] != "Namespace" and manifest["metadata"].get("namespace") != NAMESPACE:
            found.append(f"{manifest['kind']} {name_of(manifest)}: outside the namespace")
    return found


def _stage(manifest: Manifest) -> str:
    labels = manifest["metadata"].get("labels", {})
    whose = labels.get(NAME, name_of(manifest))
    return STAGE_OF.get(manifest["kind"], "stores" if whose in STORES else "run")


def migrated(manifests: Sequence[Manifest]) -> list[str]:
    """A Job per service, named after the version of its image: a new release brings new ones. By the same version a
    release's own objects are found again."""
    jobs = [workload for workload in workloads(manifests) if workload.manifest["kind"] == "Job"]
    found = [
        f"{name_of(job.manifest)}: not named after its image, {job.main['image']}"
        for job in jobs
        if name_of(job.manifest) != f"{job.service}-migrate-{_version(job)}"
    ]
    for workload in ours(manifests):
        said = {labels.get(VERSION) for labels in (workload.labels, workload.manifest["metadata"].get("labels", {}))}
        if said != {_version(workload)}:
            found.append(f"{workload.process}: calls itself {sorted(map(str, said))}, is {workload.main['image']}")
    missing = set(SERVICES) - {job.service for job in jobs}
    return found + [f"{service}: nothing migrates it" for service in sorted(missing)]


def _version(workload: Workload) -> str:
    return str(workload.main["image"]).rpartition(":")[2]
