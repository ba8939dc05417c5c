"""Every allowed connection, once each; tests/cluster/rules/network.py compares the network policies with this list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.cluster.reading import of_kind
from tests.cluster.rendering import Manifest

from api.upstreams import SERVICES


class Arrow(NamedTuple):
    """``port`` is a number or a range, as text."""

    source: str
    target: str
    protocol: str
    port: str

    def __str__(self) -> str:
        return f"{self.source} to {self.target} by {self.protocol} {self.port}"


class Address(NamedTuple):
    """A destination outside the cluster. ``wide``: networks that a policy may name whole, with their exceptions."""

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
# Named after the policy that lists them, because a policy contains addresses and no host names.
ADDRESSES = {
    "signatures": Address("mirrors", {"0.0.0.0/0": NOT_INSIDE}, {"0.0.0.0/0": NOT_INSIDE}),
    "to-kubernetes": Address("kubernetes", wide_in_dev={each: set() for each in PRIVATE}),
    "to-object-store-api": Address("object store"),
    "to-object-store-worker": Address("object store"),
    "to-object-store-backups": Address("backups"),
    "to-mail": Address("mail relay"),
}

CALLS = {
    *(tcp(edge, f"{service}-api", 8000) for edge in ("gateway", "portal") for service in SERVICES),
    tcp("gateway", "portal", 8000),
    *(tcp(f"{service}-api", "identity-api", 8000) for service in SERVICES if service != "identity"),
    *(tcp(f"{s}-{kind}", "postgres", 5432) for s in SERVICES for kind in ("api", "worker", "migrate")),
    *(tcp(f"{s}-{kind}", "rabbitmq", 5672) for s in SERVICES for kind in ("worker", "migrate")),
    tcp("files-worker", "clamav", 3310),
}
CALLS_IN_DEV = {
    *(tcp(f"files-{kind}", "s3", 8333) for kind in ("api", "worker")),
    tcp("notifications-worker", "mail", 1025),
}
# Between the nodes of one store; compose has one node of each and nothing to compare with.
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
    *(tcp("prometheus", f"{service}-{kind}", 9000) for service in SERVICES for kind in ("worker",)),
    tcp("prometheus", "gateway", 9000),
    tcp("prometheus", "portal", 9000),
    tcp("prometheus", "postgres", 9187),
    tcp("prometheus", "rabbitmq", 15692),
}
TO_OUTSIDE = {tcp("clamav", "mirrors", 443), tcp("postgres", "kubernetes", 6443)}


def stores_inside(manifests: Sequence[Manifest]) -> bool:
    """Whether it is the development overlay, which has an object store and a mail catcher of its own."""
    return bool(of_kind(manifests, "StatefulSet"))


def drawn(manifests: Sequence[Manifest], pods: Sequence[str]) -> set[Arrow]:
    """All ``pods`` use DNS, the operators' too."""
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
        *(tcp(f"files-{kind}", "object store", store) for kind in ("api", "worker")),
        *(tcp("postgres", "backups", _port(each["spec"]["configuration"].get("endpointURL", ""))) for each in stores),
        tcp("notifications-worker", "mail relay", settings.get("NOTIFICATIONS_SMTP_PORT", "none")),
    }


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
