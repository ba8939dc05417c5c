"""Accessors of rendered manifests: pods and their containers, settings, mounted secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.cluster.rendering import Manifest

from api.upstreams import SERVICES

WORKLOADS = ("Deployment", "StatefulSet", "Job")
EDGES = ("portal", "gateway")
NAME = "app.kubernetes.io/name"
COMPONENT = "app.kubernetes.io/component"


def of_kind(manifests: Sequence[Manifest], *kinds: str) -> list[Manifest]:
    return [manifest for manifest in manifests if manifest["kind"] in kinds]


def name_of(manifest: Manifest) -> str:
    name: str = manifest["metadata"]["name"]
    return name


def named(manifests: Sequence[Manifest], kind: str, name: str) -> Manifest:
    """The object of that kind and name. Raises ValueError unless there is exactly one."""
    [found] = [manifest for manifest in of_kind(manifests, kind) if name_of(manifest) == name]
    return found


@dataclass(frozen=True)
class Workload:
    """A pod as its manifest describes it. ``process`` is its name in compose (a Job's without version)."""

    manifest: Manifest

    @property
    def process(self) -> str:
        name = name_of(self.manifest)
        return "-".join(name.split("-")[:2]) if self.manifest["kind"] == "Job" else name

    @property
    def pod(self) -> dict[str, Any]:
        spec: dict[str, Any] = self.manifest["spec"]["template"]["spec"]
        return spec

    @property
    def labels(self) -> dict[str, str]:
        labels: dict[str, str] = self.manifest["spec"]["template"]["metadata"].get("labels", {})
        return labels

    @property
    def is_ours(self) -> bool:
        return self.labels.get(NAME) in (*SERVICES, *EDGES)

    @property
    def service(self) -> str:
        return self.labels.get(NAME, "")

    @property
    def component(self) -> str:
        return self.labels.get(COMPONENT, "")

    @property
    def containers(self) -> list[dict[str, Any]]:
        return [*self.pod.get("initContainers", []), *self.pod["containers"]]

    @property
    def main(self) -> dict[str, Any]:
        """The main container."""
        container: dict[str, Any] = self.pod["containers"][0]
        return container

    def volume(self, name: str) -> dict[str, Any]:
        """Empty if the pod has no such volume."""
        return next((volume for volume in self.pod.get("volumes", []) if volume["name"] == name), {})

    def mount(self, path: str) -> dict[str, Any]:
        """The volume mounted at ``path``; empty if none is."""
        mounts = self.main.get("volumeMounts", [])
        return next((self.volume(mount["name"]) for mount in mounts if mount["mountPath"] == path), {})


def workloads(manifests: Sequence[Manifest]) -> list[Workload]:
    return [Workload(manifest) for manifest in of_kind(manifests, *WORKLOADS)]


def ours(manifests: Sequence[Manifest]) -> list[Workload]:
    """The processes that are built from this repository."""
    return [workload for workload in workloads(manifests) if workload.is_ours]


def settings_of(workload: Workload, manifests: Sequence[Manifest]) -> dict[str, str]:
    """The environment of the main container, ConfigMaps first. A missing ConfigMap is ignored."""
    maps = {name_of(manifest): manifest.get("data", {}) for manifest in of_kind(manifests, "ConfigMap")}
    found: dict[str, str] = {}
    for source in workload.main.get("envFrom", []):
        found.update(maps.get(source.get("configMapRef", {}).get("name", ""), {}))
    found.update({entry["name"]: entry.get("value", "") for entry in workload.main.get("env", [])})
    return found


def secret_files(workload: Workload) -> dict[str, tuple[str, str]]:
    """File name below /run/secrets to (Secret, key)."""
    volume = workload.mount("/run/secrets")
    sources = [source["secret"] for source in volume.get("projected", {}).get("sources", []) if "secret" in source]
    return {item["path"]: (source.get("name", ""), item["key"]) for source in sources for item in source["items"]}


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Kubernetes' label selector. An empty one selects everything."""
    wanted = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    return wanted and all(_meets(each, labels) for each in selector.get("matchExpressions", []))


def _meets(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = expression["key"], expression.get("values", [])
    met = {
        "In": labels.get(key) in values,
        "NotIn": labels.get(key) not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }
    return met.get(expression["operator"], False)


def walk(value: object) -> Iterator[dict[str, Any]]:
    """Every mapping inside ``value``, itself included."""
    left = [value]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            yield part
            left.extend(part.values())
        elif isinstance(part, list):
            left.extend(part)
