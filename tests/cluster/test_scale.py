"""docs/scale.md and the production overlay give the same numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tests.cluster.reading import name_of, named, of_kind
from tests.cluster.rendering import ROOT, Manifest, render

ROW = re.compile(r"^\| ([\w ]+) \| (\d+) \| (\d+) \|$", re.MULTILINE)


def promised() -> dict[str, tuple[int, int]]:
    """Least and most by row of the table."""
    section = (ROOT / "docs/scale.md").read_text().partition("| Production | least | most |")[2].partition("\n\n")[0]
    return {name: (int(least), int(most)) for name, least, most in ROW.findall(section)}


def scaled(manifests: Sequence[Manifest]) -> Iterator[tuple[str, tuple[int, int]]]:
    for each in of_kind(manifests, "HorizontalPodAutoscaler"):
        yield name_of(each).rpartition("-")[2], (each["spec"]["minReplicas"], each["spec"]["maxReplicas"])
    for each in of_kind(manifests, "ScaledObject"):
        yield name_of(each).rpartition("-")[2], (each["spec"]["minReplicaCount"], each["spec"]["maxReplicaCount"])


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


def test_the_table_and_the_overlay_agree() -> None:
    production = render("production")
    given = {*scaled(production), *((name, (number, number)) for name, number in stores(production).items())}
    assert given == set(promised().items())
