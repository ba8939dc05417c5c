"""Objects: of the kinds that are known, called as Kubernetes allows, each choosing its own pods."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tests.cluster.reading import NAME, SERVICES, name_of, of_kind, selects, workloads
from tests.cluster.rendering import Manifest

# No right in Kubernetes' API, no Secret, no definition of a kind, no pod that nobody replaces.
KINDS = {
    "v1": {"ConfigMap", "Namespace", "PersistentVolumeClaim", "Service"},
    "apps/v1": {"Deployment", "StatefulSet"},
    "autoscaling/v2": {"HorizontalPodAutoscaler"},
    "barmancloud.cnpg.io/v1": {"ObjectStore"},
    "batch/v1": {"Job"},
    "keda.sh/v1alpha1": {"ScaledObject", "TriggerAuthentication"},
    "networking.k8s.io/v1": {"Ingress", "NetworkPolicy"},
    "policy/v1": {"PodDisruptionBudget"},
    "postgresql.cnpg.io/v1": {"Cluster", "Database", "ScheduledBackup"},
    "rabbitmq.com/v1beta1": {"Binding", "Exchange", "Permission", "Queue", "RabbitmqCluster", "User", "Vhost"},
}
ONE_OF_EACH = ("Cluster", "Ingress", "Namespace", "RabbitmqCluster", "TriggerAuthentication")
POD = ("spec template spec containers 0 image", "spec template spec terminationGracePeriodSeconds")
SAID = {
    "Cluster": ("spec managed roles 0", "spec postgresql parameters", "spec postgresql pg_hba 0"),
    "Deployment": (*POD, "spec selector", "spec strategy"),
    "HorizontalPodAutoscaler": ("spec minReplicas", "spec metrics 0", "spec behavior"),
    "Ingress": ("spec rules 0 host", "spec tls 0 hosts 0", "spec tls 0 secretName"),
    "Job": POD,
    "NetworkPolicy": ("spec podSelector", "spec policyTypes 0"),
    "PodDisruptionBudget": ("spec selector",),
    "RabbitmqCluster": ("spec persistence storage", "spec rabbitmq additionalConfig"),
    "Service": ("spec ports 0", "spec selector"),
    "StatefulSet": (*POD, "spec serviceName", "spec volumeClaimTemplates 0 metadata name"),
    "User": ("spec importCredentialsSecret name",),
}
TOP = {"apiVersion", "data", "kind", "metadata", "spec"}
METADATA = {"labels", "name", "namespace"}
# To operators and controllers an annotation may be a command: to pause, to sleep, to publish.
ANNOTATED = ("Ingress",)
# By kind the fields by which its object is known to the broker and the database.
DECLARED = {
    "Binding": ("vhost", "source", "destination", "destinationType", "routingKey"),
    "Database": ("cluster", "name"),
    "Exchange": ("vhost", "name"),
    "Permission": ("userReference", "vhost"),
    "Queue": ("vhost", "name"),
    "User": ("importCredentialsSecret",),
    "Vhost": ("name",),
}
# A part of a name; some kinds' names may have several, joined by dots.
PART = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
LABEL = re.compile(r"([A-Za-z0-9]([-\w.]*[A-Za-z0-9])?)?")
PART_OF = "app.kubernetes.io/part-of"
# One part alone, which name servers serve.
FOUND_BY_NAME = ("Namespace", "Service")
# Their pods bear the name and something behind it; a Job's is a label of them.
LONGEST = {"Deployment": 52, "Job": 63, "Namespace": 63, "Service": 63, "StatefulSet": 52}


def known(manifests: Sequence[Manifest]) -> list[str]:
    found = [
        f"{each['kind']} {name_of(each)}: a kind that no cluster of ours holds"
        for each in manifests
        if each["kind"] not in KINDS.get(each["apiVersion"], ())
    ]
    counted = {kind: len(of_kind(manifests, kind)) for kind in ONE_OF_EACH}
    return found + [f"{number} of {kind}" for kind, number in counted.items() if number != 1]


def whole(manifests: Sequence[Manifest]) -> list[str]:
    """What a server or an operator would choose by itself is said."""
    return [
        f"{each['kind']} {name_of(each)}: does not say {path}"
        for each in manifests
        for path in SAID.get(each["kind"], ())
        if not _says(each, path)
    ]


def _says(part: Any, path: str) -> bool:
    """An empty selector is one, and chooses everybody."""
    for word in path.split():
        if isinstance(part, list):
            part = part[int(word)] if int(word) < len(part) else None
        else:
            part = part.get(word) if isinstance(part, dict) else None
    return part is not None


def once(manifests: Sequence[Manifest]) -> list[str]:
    """What two objects declare is what the last of them says, or the first: nobody knows."""
    declared = [
        (each["kind"], *(str(each["spec"].get(field)) for field in fields))
        for kind, fields in DECLARED.items()
        for each in of_kind(manifests, kind)
    ]
    return [f"declared twice: {' '.join(each)}" for each in sorted(set(declared)) if declared.count(each) > 1]


def called(manifests: Sequence[Manifest]) -> list[str]:
    """The server refuses any other name or label, and in the middle of a roll-out."""
    return [f"{each['kind']} {name_of(each)}: {line}" for each in manifests for line in _miscalled(each)]


def _miscalled(manifest: Manifest) -> Iterator[str]:
    name, kind = name_of(manifest), manifest["kind"]
    form = PART if kind in FOUND_BY_NAME else rf"{PART}(\.{PART})*"
    if not re.fullmatch(form, name) or len(name) > LONGEST.get(kind, 253):
        yield "no name for it"
    said_of_itself = set(manifest["metadata"]) - ({"annotations"} if kind in ANNOTATED else set())
    yield from (f"says {key} of itself" for key in sorted(said_of_itself - METADATA))
    beyond = set(manifest) - TOP | ({"spec"} & set(manifest) if kind == "Namespace" else set())
    yield from (f"has {key}" for key in sorted(beyond))
    yield from _mislabelled(manifest)


def _mislabelled(manifest: Manifest) -> Iterator[str]:
    """By labels an operator finds a service's objects, and policies its pods."""
    template, said = manifest.get("spec", {}).get("template"), manifest["metadata"].get("labels", {})
    inner = template.get("metadata", {}).get("labels", {}) if isinstance(template, dict) else {PART_OF: "sqp"}
    if inner.get(PART_OF) != "sqp" or inner.items() - said.items():
        yield f"is labelled {said}, its pods {inner}"
    whose = name_of(manifest).partition("-")[0]
    if whose in SERVICES and said.get(NAME) != whose:
        yield f"is labelled {said.get(NAME)}"
    wrong = [key for key, value in said.items() if not LABEL.fullmatch(value) or len(value) > 63]
    yield from (f"no label: {key}={said[key]}" for key in wrong)


def apart(manifests: Sequence[Manifest]) -> list[str]:
    """A controller or a budget that chooses another's pods takes them for its own."""
    everybody, found = workloads(manifests), []
    for manifest in of_kind(manifests, "Deployment", "StatefulSet", "PodDisruptionBudget"):
        chosen = [each.process for each in everybody if selects(manifest["spec"]["selector"], each.labels)]
        if chosen != ([] if name_of(manifest) == "rabbitmq" else [name_of(manifest)]):
            found.append(f"{manifest['kind']} {name_of(manifest)}: chooses {chosen}")
    return found
