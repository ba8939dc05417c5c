"""Every name that one object says of another is that of an object which is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.cluster.drawing import FROM_OUTSIDE
from tests.cluster.reading import name_of, of_kind, walk, workloads
from tests.cluster.rendering import Manifest

NAMESPACE = "sqp"
# Of CloudNativePG's own: docs/operations/cluster.md says where it comes from.
CATALOG = {"apiGroup": "postgresql.cnpg.io", "kind": "ClusterImageCatalog", "name": "postgresql-minimal-trixie"}
BACKUPS = "barman-cloud.cloudnative-pg.io"
# Field of an operator's object, anywhere in it, to the kind that it names.
NAMED = {
    "authenticationRef": "TriggerAuthentication",
    "cluster": "Cluster",
    "rabbitmqClusterReference": "RabbitmqCluster",
    "userReference": "User",
}
LOGIN = [{"parameter": key, "name": "keda-broker", "key": key} for key in ("username", "password")]


def found_again(manifests: Sequence[Manifest]) -> list[str]:
    """By the operators' objects: what they belong to, whose rights they give, how they log in."""
    names = {kind: {name_of(each) for each in of_kind(manifests, kind)} for kind in NAMED.values()}
    found = []
    for manifest in manifests:
        for field, name in _names(manifest):
            if name not in names[NAMED[field]]:
                found.append(f"{manifest['kind']} {name_of(manifest)}: {field} {name} is not there")
    return [*found, *_unclaimed(manifests)]


def _names(manifest: Manifest) -> Iterator[tuple[str, str]]:
    for part in walk(manifest.get("spec", {})):
        yield from ((field, part[field]["name"]) for field in NAMED if isinstance(part.get(field), dict))


def _unclaimed(manifests: Sequence[Manifest]) -> Iterator[str]:
    """The other way round: what is there and named by nobody is a misspelt name, or left over."""
    parts = [part for workload in workloads(manifests) for part in walk(workload.pod)]
    maps = {part["configMapRef"].get("name", "") for part in parts if "configMapRef" in part}
    claims = {part["persistentVolumeClaim"]["claimName"] for part in parts if "persistentVolumeClaim" in part}
    heads = {each["spec"]["serviceName"] for each in of_kind(manifests, "StatefulSet")}
    services = {name_of(each) for each in of_kind(manifests, "Service")}
    yield from (f"Service {name} is not there" for name in sorted(heads - services))
    for kind, used in (("ConfigMap", maps), ("PersistentVolumeClaim", claims)):
        there = {name_of(each) for each in of_kind(manifests, kind)}
        yield from (f"{kind} {name} is not there" for name in sorted(used - there))
        yield from (f"{kind} {name} is nobody's" for name in sorted(there - used))


def asked(manifests: Sequence[Manifest]) -> list[str]:
    """The scaler asks the broker, at the port at which it may, in vhosts that are there, under its own name."""
    [broker] = [name_of(each) for each in of_kind(manifests, "RabbitmqCluster")]
    [port] = [arrow.port for arrow in FROM_OUTSIDE if arrow.source == "scaler"]
    host, vhosts = f"http://{broker}.{NAMESPACE}.svc:{port}/", {v["spec"]["name"] for v in of_kind(manifests, "Vhost")}
    found = [
        f"{name_of(scaler)}: asks {trigger['metadata']}, the broker is {host}"
        for scaler in of_kind(manifests, "ScaledObject")
        for trigger in scaler["spec"]["triggers"]
        if trigger["metadata"]["host"] != host or trigger["metadata"]["vhostName"] not in vhosts
    ]
    logins = {name_of(each): each["spec"]["secretTargetRef"] for each in of_kind(manifests, "TriggerAuthentication")}
    return found + [f"{name}: logs in by {login}" for name, login in logins.items() if login != LOGIN]


def scaled_objects(manifests: Sequence[Manifest]) -> list[str]:
    """A scaler's target is a Deployment, whatever a scaler might else take its name for."""
    kinds = {"HorizontalPodAutoscaler": {"apiVersion": "apps/v1", "kind": "Deployment"}, "ScaledObject": {}}
    there = {name_of(each) for each in of_kind(manifests, "Deployment")}
    found = []
    for scaler in of_kind(manifests, *kinds):
        target: dict[str, Any] = dict(scaler["spec"]["scaleTargetRef"])
        name = target.pop("name")
        if name not in there or target != kinds[scaler["kind"]]:
            found.append(f"{name_of(scaler)}: scales {scaler['spec']['scaleTargetRef']}, which is not there")
    return found


def backed_up_from(manifests: Sequence[Manifest]) -> list[str]:
    """Log and copies go by the one plugin into a store that is there; the server is of the known catalog."""
    stores = {name_of(each) for each in of_kind(manifests, "ObjectStore")}
    found = []
    for cluster in of_kind(manifests, "Cluster"):
        catalog = {key: value for key, value in cluster["spec"]["imageCatalogRef"].items() if key != "major"}
        found += [] if catalog == CATALOG else [f"{name_of(cluster)}: of the catalog {catalog}"]
        for plugin in cluster["spec"].get("plugins", []):
            if plugin["name"] != BACKUPS or plugin.get("parameters", {}).get("barmanObjectName") not in stores:
                found.append(f"{name_of(cluster)}: archives by {plugin}, stores are {sorted(stores)}")
    for backup in of_kind(manifests, "ScheduledBackup"):
        if backup["spec"].get("pluginConfiguration") != {"name": BACKUPS} or backup["spec"].get("method") != "plugin":
            found.append(f"{name_of(backup)}: by {backup['spec'].get('pluginConfiguration')}")
    return found
