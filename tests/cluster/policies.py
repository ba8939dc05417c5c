"""Every NetworkPolicy of a rendering, taken apart into arrows.

A peer is named if it is a pod of the rendering, an outsider with its exact labels, or an address of the site. Any other
peer, and a rule without ports, keeps its text, which no drawn arrow has, so that the comparison fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Any, NamedTuple

from tests.cluster.drawing import ADDRESSES, LABELS_OF_OPERATED, OUTSIDERS, Arrow, stores_inside
from tests.cluster.reading import name_of, of_kind, selects, workloads
from tests.cluster.rendering import Manifest

KEYS = {"ingress": "from", "egress": "to"}
# An address of a site is a machine or a small network; IPv4 and IPv6.
NARROW = {4: 16, 6: 48}
Pods = Mapping[str, Mapping[str, str]]


class Half(NamedTuple):
    """What one policy allows at one end of an arrow; a connection needs both ends."""

    direction: str
    arrow: Arrow


def pods(manifests: Sequence[Manifest]) -> dict[str, Mapping[str, str]]:
    """Labels by process, of the operators' pods too."""
    return {workload.process: workload.labels for workload in workloads(manifests)} | LABELS_OF_OPERATED


def halves(manifests: Sequence[Manifest]) -> set[Half]:
    known = pods(manifests)
    return {half for policy in of_kind(manifests, "NetworkPolicy") for half in _of_policy(policy, known, manifests)}


def arrows(manifests: Sequence[Manifest]) -> set[Arrow]:
    """Connections between two pods of the rendering that both ends allow."""
    known, ends = pods(manifests), halves(manifests)
    inside = {half for half in ends if {half.arrow.source, half.arrow.target} <= set(known)}
    return {arrow for direction, arrow in inside if Half("ingress", arrow) in ends and direction == "egress"}


def types(spec: Mapping[str, Any]) -> set[str]:
    """The directions that a policy restricts, by its own keys, or by Kubernetes' default."""
    silent = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]
    return {each.lower() for each in spec.get("policyTypes", silent)}


def selectors(policy: Manifest) -> Iterator[Mapping[str, Any]]:
    """The policies that select pods of the rendering."""
    yield policy["spec"].get("podSelector", {})
    for direction, key in KEYS.items():
        for rule in policy["spec"].get(direction) or []:
            yield from (peer["podSelector"] for peer in rule.get(key) or [] if set(peer) == {"podSelector"})


def _of_policy(policy: Manifest, known: Pods, manifests: Sequence[Manifest]) -> Iterator[Half]:
    spec = policy["spec"]
    chosen = [pod for pod, labels in known.items() if selects(spec.get("podSelector", {}), labels)]
    for direction in types(spec):
        for rule in spec.get(direction) or []:
            others = set(_others(rule.get(KEYS[direction]), known, policy, stores_inside(manifests)))
            yield from _combined(direction, chosen, others, set(_ports(rule.get("ports"))))


def _combined(
    direction: str, chosen: Iterable[str], others: Iterable[str], ports: Iterable[tuple[str, str]]
) -> Iterator[Half]:
    for pod in chosen:
        for other in others:
            source, target = (other, pod) if direction == "ingress" else (pod, other)
            yield from (Half(direction, Arrow(source, target, *port)) for port in ports)


def _others(peers: Any, known: Pods, policy: Manifest, dev: bool) -> Iterator[str]:
    if not peers:
        yield "everybody"
    for peer in peers or []:
        if set(peer) == {"podSelector"}:
            yield from (pod for pod, labels in known.items() if selects(peer["podSelector"], labels))
        elif set(peer) == {"ipBlock"} and _is_address(name_of(policy), peer["ipBlock"], dev):
            yield ADDRESSES[name_of(policy)].name
        else:
            yield next((name for name, labels in OUTSIDERS.items() if labels == peer), json.dumps(peer))


def _is_address(policy: str, block: Mapping[str, Any], dev: bool) -> bool:
    address = ADDRESSES.get(policy)
    if address is None:
        return False
    wide = address.wide_in_dev if dev else address.wide
    if wide:
        return any(block["cidr"] == each and set(block.get("except", [])) == wide[each] for each in wide)
    try:
        network = ip_network(block["cidr"])
    except ValueError:
        return False
    return "except" not in block and network.prefixlen >= NARROW[network.version]


def _ports(ports: Any) -> Iterator[tuple[str, str]]:
    """(protocol, number or range)."""
    if not ports:
        yield "ANY", "any"
    for port in ports or []:
        last = f"-{port['endPort']}" if "endPort" in port else ""
        yield port.get("protocol", "TCP"), f"{port.get('port', 'any')}{last}"
