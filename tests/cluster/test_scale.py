"""docs/scale.md, docs/operations/cluster.md and the production overlay give the same numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from kombu.transport.native_delayed_delivery import MAX_NUMBER_OF_BITS_TO_USE
from tests.cluster.quantities import processors, size
from tests.cluster.reading import SERVICES, name_of, named, of_kind, workloads
from tests.cluster.rendering import ROOT, Manifest, render
from tests.cluster.wired import service

from chassis.settings import RETRY_LADDER

PAGE = (ROOT / "docs/scale.md").read_text()
ROW = re.compile(r"^\| ([\w ]+) \| (\d+) \| (\d+) \|$", re.MULTILINE)

Range = tuple[int, int]


def promised() -> dict[str, Range]:
    """Least and most by row of the table."""
    section = PAGE.partition("| Production | least | most |")[2].partition("\n\n")[0]
    return {name: (int(least), int(most)) for name, least, most in ROW.findall(section)}


def ranges(manifests: Sequence[Manifest]) -> Iterator[tuple[str, Range]]:
    """By the Deployment that is scaled."""
    for each in of_kind(manifests, "HorizontalPodAutoscaler"):
        yield each["spec"]["scaleTargetRef"]["name"], (each["spec"]["minReplicas"], each["spec"]["maxReplicas"])
    for each in of_kind(manifests, "ScaledObject"):
        least, most = each["spec"]["minReplicaCount"], each["spec"]["maxReplicaCount"]
        yield each["spec"]["scaleTargetRef"]["name"], (least, most)


def stores(manifests: Sequence[Manifest]) -> dict[str, int]:
    database = named(manifests, "Cluster", "postgres")["spec"]
    broker = named(manifests, "RabbitmqCluster", "rabbitmq")["spec"]
    return {
        "postgres nodes": database["instances"],
        "postgres storage GiB": int(database["storage"]["size"].removesuffix("Gi")),
        "postgres connections": int(database["postgresql"]["parameters"]["max_connections"]),
        "rabbitmq nodes": broker["replicas"],
        "rabbitmq storage GiB": int(broker["persistence"]["storage"].removesuffix("Gi")),
    }


def pods(manifests: Sequence[Manifest]) -> Iterator[tuple[dict[str, Any], Range]]:
    """What one pod requests, and how many of it there are; what runs for a moment only is not among them."""
    scaled = dict(ranges(manifests))
    for workload in workloads(manifests):
        if workload.manifest["kind"] != "Job":
            one = workload.manifest["spec"].get("replicas", 1)
            for container in workload.containers:
                yield container["resources"]["requests"], scaled.get(name_of(workload.manifest), (one, one))
    database, broker = (of_kind(manifests, kind)[0]["spec"] for kind in ("Cluster", "RabbitmqCluster"))
    instances, nodes = database["instances"], broker["replicas"]
    yield database["resources"]["requests"], (instances, instances)
    yield broker["resources"]["requests"], (nodes, nodes)
    for archive in of_kind(manifests, "ObjectStore"):
        yield archive["spec"]["instanceSidecarConfiguration"]["resources"]["requests"], (instances, instances)


def requested(manifests: Sequence[Manifest]) -> dict[str, Range]:
    """Rounded up."""
    all_of_them = list(pods(manifests))
    cores = [math.ceil(sum(processors(each["cpu"]) * many[end] for each, many in all_of_them)) for end in (0, 1)]
    memory = [math.ceil(sum(size(each["memory"]) * many[end] for each, many in all_of_them) / 2**30) for end in (0, 1)]
    return {"cores requested": (cores[0], cores[1]), "memory requested GiB": (memory[0], memory[1])}


def test_the_table_and_the_overlay_agree() -> None:
    production = render("production")
    scaled = {(name.rpartition("-")[2], many) for name, many in ranges(production)}
    fixed = {(name, (number, number)) for name, number in stores(production).items()}
    assert scaled | fixed | set(requested(production).items()) == set(promised().items())


def test_the_operators_page_names_the_same_cluster() -> None:
    (least, most), (low, high) = promised()["cores requested"], promised()["memory requested GiB"]
    page = (ROOT / "docs/operations/cluster.md").read_text()
    assert f"{least} cores and {low} GiB at the least, {most} and {high} at the most" in page


def test_the_connections_are_summed_up_as_the_rule_does() -> None:
    most = {name.rpartition("-")[2]: many[1] for name, many in ranges(render("production"))}
    api, events, tasks = (most[process] for process in ("api", "events", "tasks"))
    total = len(SERVICES) * ((api + 2) * 20 + (events + 2) * 11 + 2 * tasks * 2) + 20
    written = f"{len(SERVICES)} × (({api} + 2) × 20 + ({events} + 2) × 11 + 2 × {tasks} × 2) + 20 = {total:,}"
    assert written in PAGE


def test_the_queues_are_those_that_the_code_declares() -> None:
    consumers = sum(len(service(name).consumers) for name in SERVICES)
    # Itself, the ladder, dead letters; what nobody asked for is one more.
    events = consumers * (1 + len(RETRY_LADDER) + 1) + 1
    # Itself, dead letters, Celery's delays.
    jobs = 2 + MAX_NUMBER_OF_BITS_TO_USE
    assert f"{events} + {len(SERVICES)} × {jobs} = {events + len(SERVICES) * jobs}." in PAGE
