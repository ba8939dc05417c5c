"""Who talks to whom: each arrow once. Nothing else does, which tests/cluster/rules/network.py holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.cluster.reading import SERVICES, of_kind
from tests.cluster.rendering import Manifest


class Arrow(NamedTuple):
    """``port`` is a number or a range, as text."""

    source: str
    target: str
    protocol: str
    port: str

    def __str__(self) -> str:
        return f"{self.source} to {self.target} by {self.protocol} {self.port}"


class Address(NamedTuple):
    """Somewhere outside. ``wide`` are networks that may be named whole, with their exact exceptions."""

    name: str
    wide: Mapping[str, set[str]] = {}
    wide_in_dev: Mapping[str, set[str]] = {}


def tcp(source: str, target: str, port: int | str) -> Arrow:
    return Arrow(source, target, "TCP", str(port))


def _outsider(namespace: str, labels: dict[str, str]) -> dict[str, Any]:
    of_namespace = {"kubernetes.io/metadata.name": namespace}
    return {"namespaceSelector": {"matchLabels": of_namespace}, "podSelector": {"matchLabels": labels}}


# The pods that operators make, by the labels that they give them.
LABELS_OF_OPERATED: dict[str, Mapping[str, str]] = {
    "postgres": {"cnpg.io/cluster": "postgres"},
    "rabbitmq": {
        "app.kubernetes.io/name": "rabbitmq",
        "app.kubernetes.io/component": "rabbitmq",
        "app.kubernetes.io/part-of": "rabbitmq",
    },
}
# Pods of other namespaces, by the labels under which their own manifests and charts start them.
OUTSIDERS: dict[str, dict[str, Any]] = {
    "name server": _outsider("kube-system", {"k8s-app": "kube-dns"}),
    "ingress controller": _outsider("haproxy-controller", {"app.kubernetes.io/name": "kubernetes-ingress"}),
    "prometheus": _outsider("monitoring", {"app.kubernetes.io/name": "prometheus"}),
    "postgres operator": _outsider("cnpg-system", {"app.kubernetes.io/name": "cloudnative-pg"}),
    "topology operator": _outsider("rabbitmq-system", {"app.kubernetes.io/name": "messaging-topology-operator"}),
    "scaler": _outsider("keda", {"app": "keda-operator"}),
}
PRIVATE = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}
NOT_INSIDE = PRIVATE | {"100.64.0.0/10", "169.254.0.0/16"}
# By the policy that names them: a policy knows no names, so that its own says whose addresses those are.
ADDRESSES = {
    "signatures": Address("mirrors", {"0.0.0.0/0": NOT_INSIDE}, {"0.0.0.0/0": NOT_INSIDE}),
    "to-kubernetes": Address("kubernetes", wide_in_dev={each: set() for each in PRIVATE}),
    "to-object-store-api": Address("object store"),
    "to-object-store-tasks": Address("object store"),
    "to-object-store-backups": Address("backups"),
    "to-mail": Address("mail relay"),
}

CALLS = {
    *(tcp("gateway", f"{service}-api", 8000) for service in SERVICES),
    *(tcp(f"{service}-api", "identity-api", 8000) for service in SERVICES if service != "identity"),
    *(tcp(f"{s}-{kind}", "postgres", 5432) for s in SERVICES for kind in ("api", "events", "tasks", "migrate")),
    *(tcp(f"{s}-{kind}", "rabbitmq", 5672) for s in SERVICES for kind in ("events", "tasks", "beat", "migrate")),
    tcp("files-tasks", "clamav", 3310),
}
CALLS_IN_DEV = {
    *(tcp(f"files-{kind}", "s3", 8333) for kind in ("api", "tasks")),
    tcp("notifications-tasks", "mail", 1025),
}
# Among the nodes of one store; nothing of compose's compares, it has one node of each.
WITHIN = {
    *(tcp("postgres", "postgres", port) for port in (5432, 8000)),
    *(tcp("rabbitmq", "rabbitmq", port) for port in (4369, 25672, "35672-35682")),
}
FROM_OUTSIDE = {
    tcp("ingress controller", "gateway", 8000),
    *(tcp("postgres operator", "postgres", port) for port in (5432, 8000)),
    tcp("topology operator", "rabbitmq", 15672),
    tcp("scaler", "rabbitmq", 15672),
}
FIGURES = {
    *(tcp("prometheus", f"{service}-api", 8000) for service in SERVICES),
    *(tcp("prometheus", f"{service}-{kind}", 9000) for service in SERVICES for kind in ("events", "tasks")),
    tcp("prometheus", "gateway", 9000),
    tcp("prometheus", "postgres", 9187),
    tcp("prometheus", "rabbitmq", 15692),
}
TO_OUTSIDE = {tcp("clamav", "mirrors", 443), tcp("postgres", "kubernetes", 6443)}


def stores_inside(manifests: Sequence[Manifest]) -> bool:
    """Whether it is the development overlay, whose object store and mail catcher are its own."""
    return bool(of_kind(manifests, "StatefulSet"))


def drawn(manifests: Sequence[Manifest], pods: Sequence[str]) -> set[Arrow]:
    """``pods`` all ask for names, the operators' too."""
    names = {Arrow(pod, "name server", protocol, "53") for pod in pods for protocol in ("UDP", "TCP")}
    own = CALLS_IN_DEV if stores_inside(manifests) else _to_the_site(manifests)
    return CALLS | WITHIN | FROM_OUTSIDE | FIGURES | TO_OUTSIDE | names | own


def _to_the_site(manifests: Sequence[Manifest]) -> set[Arrow]:
    """At the ports that the site's own settings name."""
    settings: dict[str, str] = {}
    for each in of_kind(manifests, "ConfigMap"):
        settings |= each.get("data", {})
    store = _port(settings.get("FILES_S3_ENDPOINT", ""))
    stores = of_kind(manifests, "ObjectStore")
    return {
        *(tcp(f"files-{kind}", "object store", store) for kind in ("api", "tasks")),
        *(tcp("postgres", "backups", _port(each["spec"]["configuration"].get("endpointURL", ""))) for each in stores),
        tcp("notifications-tasks", "mail relay", settings.get("NOTIFICATIONS_SMTP_PORT", "none")),
    }


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
