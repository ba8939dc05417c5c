"""Network policies allow the connections of the drawing, and no other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.cluster.drawing import Arrow, drawn, tcp
from tests.cluster.policies import Half, arrows, halves, pods, selectors, types
from tests.cluster.reading import name_of, of_kind, ours, selects, settings_of
from tests.cluster.rendering import Manifest

# A setting may name a neighbour that this process, or this kind of process, never calls.
UNCALLED = {
    ("api", "rabbitmq"): "an API writes to its outbox",
    ("identity-api", "identity-api"): "it has its keys at hand",
    **{(process, "identity-api"): "no token reaches it" for process in ("worker", "migrate")},
    ("migrate", "s3"): "contents are for the API and for jobs",
    **{(process, "mail"): "mail is sent by jobs" for process in ("api", "migrate")},
    **{(process, "clamav"): "files are scanned by jobs" for process in ("api", "migrate")},
}


def denied_by_default(manifests: Sequence[Manifest]) -> list[str]:
    specs = [policy["spec"] for policy in of_kind(manifests, "NetworkPolicy")]
    everything = [spec for spec in specs if not spec.get("podSelector")]
    closing = [spec for spec in everything if not spec.get("ingress") and not spec.get("egress")]
    closed = {kind for spec in closing for kind in types(spec)}
    return [f"{kind} is open to all pods" for kind in ("ingress", "egress") if kind not in closed]


def arrows_as_drawn(manifests: Sequence[Manifest]) -> list[str]:
    """Each drawn arrow is allowed at both ends, and no other arrow at either."""
    known = pods(manifests)
    wanted = {half for arrow in drawn(manifests, list(known)) for half in _ends(arrow, set(known))}
    real = halves(manifests)
    missing = [f"missing, {direction}: {arrow}" for direction, arrow in sorted(wanted - real)]
    return missing + [f"nobody drew, {direction}: {arrow}" for direction, arrow in sorted(real - wanted)]


def _ends(arrow: Arrow, inside: set[str]) -> list[Half]:
    leaving = [Half("egress", arrow)] if arrow.source in inside else []
    return [*leaving, Half("ingress", arrow)] if arrow.target in inside else leaving


def aimed(manifests: Sequence[Manifest]) -> list[str]:
    """Every selector matches existing pods, and a policy restricts every direction that it mentions."""
    known, found = pods(manifests), []
    for policy in of_kind(manifests, "NetworkPolicy"):
        spoken = {direction for direction in ("ingress", "egress") if direction in policy["spec"]}
        found += [
            f"{name_of(policy)}: its {each} counts for nothing" for each in sorted(spoken - types(policy["spec"]))
        ]
        for selector in selectors(policy):
            if not any(selects(selector, labels) for labels in known.values()):
                found.append(f"{name_of(policy)}: chooses nobody by {selector}")
    return found


def settings_reach(manifests: Sequence[Manifest]) -> list[str]:
    """Every neighbour that a setting names is reachable, or is one that this kind of process never calls."""
    known, real = pods(manifests), arrows(manifests)
    found = []
    for workload in ours(manifests):
        for name, value in settings_of(workload, manifests).items():
            server, port = _neighbour(value)
            uncalled = {(workload.process, server), (workload.component, server)} & set(UNCALLED)
            if server in known and not uncalled and tcp(workload.process, server, port) not in real:
                found.append(f"{workload.process}: {name} names {server}:{port}, which it cannot reach")
    return found


def _neighbour(value: str) -> tuple[str, int]:
    """Pod and port of an address; the database's service has a name of its own."""
    address = re.fullmatch(r"[\w+]+://(?:[^@/]*@)?([^:/]*)(?::(\d+))?(/.*)?", value)
    return (address[1].removesuffix("-rw"), int(address[2] or 0)) if address else ("", 0)
