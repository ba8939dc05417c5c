"""Who may talk to whom: nothing, but by an arrow of ``DRAWN`` or a way out of ``OUTSIDE``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from tests.cluster import compose
from tests.cluster.reading import (
    SERVICES,
    name_of,
    of_kind,
    ours,
    selects,
    settings_of,
    workloads,
)
from tests.cluster.rendering import Manifest

Arrow = tuple[str, str, int]

# The pods that operators make, by the labels that they give them.
OPERATED = {"postgres": {"cnpg.io/cluster": "postgres"}, "rabbitmq": {"app.kubernetes.io/name": "rabbitmq"}}

DRAWN: set[Arrow] = {
    *(("gateway", f"{service}-api", 8000) for service in SERVICES),
    *((f"{service}-api", "identity-api", 8000) for service in SERVICES if service != "identity"),
    *((f"{s}-{process}", "postgres", 5432) for s in SERVICES for process in ("api", "events", "tasks", "migrate")),
    *((f"{s}-{process}", "rabbitmq", 5672) for s in SERVICES for process in ("events", "tasks", "beat", "migrate")),
    *((f"files-{process}", "s3", 8333) for process in ("api", "tasks")),
    ("files-tasks", "clamav", 3310),
    ("notifications-tasks", "mail", 1025),
}
# Among the nodes of one store; nothing of compose's compares, it has one node of each.
WITHIN: set[Arrow] = {
    *(("postgres", "postgres", port) for port in (5432, 8000)),
    *(("rabbitmq", "rabbitmq", port) for port in (4369, 25672, 35672)),
}
# A setting may name a neighbour that this kind of process, or this one, never calls.
UNCALLED = {
    ("api", "rabbitmq"): "an API writes to its outbox",
    ("beat", "postgres"): "the scheduler only sends ticks",
    ("identity-api", "identity-api"): "it has its keys at hand",
    **{(process, "identity-api"): "no token reaches it" for process in ("events", "tasks", "beat", "migrate")},
    **{(process, "s3"): "contents are for the API and for jobs" for process in ("events", "beat", "migrate")},
    **{(process, "clamav"): "files are scanned by jobs" for process in ("api", "events", "beat", "migrate")},
}
# From and to other namespaces and the world: pod, direction, port, whom.
OUTSIDE: set[tuple[str, str, int, str]] = {
    ("gateway", "in", 8000, "haproxy-controller"),
    ("postgres", "in", 5432, "cnpg-system"),
    ("postgres", "in", 8000, "cnpg-system"),
    ("rabbitmq", "in", 15672, "rabbitmq-system"),
    ("rabbitmq", "in", 15672, "keda"),
    ("rabbitmq", "in", 15692, "monitoring"),
    ("postgres", "in", 9187, "monitoring"),
    *((f"{service}-api", "in", 8000, "monitoring") for service in SERVICES),
    *((f"{service}-events", "in", 9000, "monitoring") for service in SERVICES),
    ("gateway", "in", 8000, "monitoring"),
    ("clamav", "out", 443, "addresses"),
    ("postgres", "out", 6443, "addresses"),
}
# Where the stores and the mail relay stand outside.
OUTSIDE_PRODUCTION = {
    ("files-api", "out", 443, "addresses"),
    ("files-tasks", "out", 443, "addresses"),
    ("postgres", "out", 443, "addresses"),
    ("notifications-tasks", "out", 587, "addresses"),
}
NAMES = ("kube-system", 53)
# Whose mirrors may stand anywhere, and still not inside.
ANYWHERE = {"clamav"}
INSIDE = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"}


def denied_by_default(manifests: Sequence[Manifest]) -> list[str]:
    everything = [policy["spec"] for policy in of_kind(manifests, "NetworkPolicy") if not policy["spec"]["podSelector"]]
    closing = [spec for spec in everything if not spec.get("ingress") and not spec.get("egress")]
    closed = {kind for spec in closing for kind in spec["policyTypes"]}
    return [f"{kind} is open to all pods" for kind in ("Ingress", "Egress") if kind not in closed]


def narrow(manifests: Sequence[Manifest]) -> list[str]:
    """Every rule names ports and somebody: a rule without either admits all of it."""
    found = []
    for policy in of_kind(manifests, "NetworkPolicy"):
        for rule in [*policy["spec"].get("ingress", []), *policy["spec"].get("egress", [])]:
            found += [f"policy {name_of(policy)}: {trouble}" for trouble in _too_wide(policy, rule)]
    return found


def _too_wide(policy: Manifest, rule: dict[str, Any]) -> Iterator[str]:
    peers = [*rule.get("from", []), *rule.get("to", [])]
    if not rule.get("ports") or not peers:
        yield "a rule for every port or everybody"
    for peer in peers:
        block = peer.get("ipBlock")
        if block is None and not peer.get("podSelector"):
            yield "a rule for every pod"
        if block and ip_network(block["cidr"]).prefixlen < 8 and not _may_go_anywhere(policy, block):
            yield f"a rule for {block['cidr']}"


def _may_go_anywhere(policy: Manifest, block: dict[str, Any]) -> bool:
    whose = policy["spec"]["podSelector"].get("matchLabels", {}).get("app.kubernetes.io/name")
    return whose in ANYWHERE and set(block.get("except", [])) >= INSIDE


def arrows_as_drawn(manifests: Sequence[Manifest]) -> list[str]:
    """Exactly the drawn ones, and each where compose's networks join the two as well."""
    pods = _pods(manifests)
    wanted = {arrow for arrow in DRAWN | WITHIN if arrow[0] in pods and arrow[1] in pods}
    real = _arrows(manifests, pods)
    found = [f"{client} cannot reach {server}:{port}" for client, server, port in sorted(wanted - real)]
    found += [
        f"{client} may reach {server}:{port}, an arrow nobody drew" for client, server, port in sorted(real - wanted)
    ]
    return found + [
        f"{client} reaches {server} here and not in compose"
        for client, server, _ in sorted(DRAWN)
        if not compose.reaches(client, server)
    ]


def ways_out_as_drawn(manifests: Sequence[Manifest]) -> list[str]:
    pods = _pods(manifests)
    stores_outside = "s3" not in pods
    wanted = OUTSIDE | OUTSIDE_PRODUCTION if stores_outside else OUTSIDE
    real = set(_outside(manifests, pods))
    return [f"missing: {' '.join(map(str, way))}" for way in sorted(wanted - real)] + [
        f"nobody drew: {' '.join(map(str, way))}" for way in sorted(real - wanted)
    ]


def settings_reach(manifests: Sequence[Manifest]) -> list[str]:
    """Every neighbour that a setting names is reachable, or is one that this kind of process never calls."""
    pods = _pods(manifests)
    arrows = _arrows(manifests, pods)
    found = []
    for workload in ours(manifests):
        for name, value in settings_of(workload, manifests).items():
            server, port = _neighbour(value)
            uncalled = {(workload.process, server), (workload.component, server)} & set(UNCALLED)
            if server in pods and not uncalled and (workload.process, server, port) not in arrows:
                found.append(f"{workload.process}: {name} names {server}:{port}, which it cannot reach")
    return found


def _neighbour(value: str) -> tuple[str, int]:
    """Pod and port of an address; the database's service is called after what it is for."""
    parts = urlsplit(value) if "://" in value else urlsplit("")
    return (parts.hostname or "").removesuffix("-rw"), parts.port or 0


def _pods(manifests: Sequence[Manifest]) -> dict[str, dict[str, str]]:
    return {workload.process: dict(workload.labels) for workload in workloads(manifests)} | OPERATED


def _arrows(manifests: Sequence[Manifest], pods: dict[str, dict[str, str]]) -> set[Arrow]:
    leaving = set(_inside(manifests, pods, "egress", "to"))
    arriving = {(client, server, port) for server, client, port in _inside(manifests, pods, "ingress", "from")}
    return leaving & arriving


def _inside(
    manifests: Sequence[Manifest], pods: dict[str, dict[str, str]], direction: str, key: str
) -> Iterator[Arrow]:
    """(the pod that the policy is for, the other one, port)."""
    for one, peers, port in _rules(manifests, pods, direction, key):
        for peer in peers:
            if "ipBlock" not in peer and "namespaceSelector" not in peer:
                yield from (
                    (one, other, port) for other, labels in pods.items() if selects(peer["podSelector"], labels)
                )


def _outside(manifests: Sequence[Manifest], pods: dict[str, dict[str, str]]) -> Iterator[tuple[str, str, int, str]]:
    for direction, key, word in (("ingress", "from", "in"), ("egress", "to", "out")):
        for one, peers, port in _rules(manifests, pods, direction, key):
            for peer in peers:
                namespace = peer.get("namespaceSelector", {}).get("matchLabels", {}).get("kubernetes.io/metadata.name")
                if namespace and (namespace, port) != NAMES:
                    yield one, word, port, namespace
                elif "ipBlock" in peer:
                    yield one, word, port, "addresses"


def _rules(
    manifests: Sequence[Manifest], pods: dict[str, dict[str, str]], direction: str, key: str
) -> Iterator[tuple[str, list[dict[str, Any]], int]]:
    for policy in of_kind(manifests, "NetworkPolicy"):
        spec = policy["spec"]
        if direction.capitalize() not in spec["policyTypes"]:
            continue
        chosen = [pod for pod, labels in pods.items() if selects(spec["podSelector"], labels)]
        for rule in spec.get(direction, []):
            for port in rule.get("ports", []):
                yield from ((pod, rule.get(key, []), port["port"]) for pod in chosen)
