"""Every manifest is valid, strictly, for the oldest and the newest supported Kubernetes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.cluster.reading import named
from tests.cluster.rendering import Manifest, render
from tests.cluster.schemas import VERSIONS, problems


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_is_valid(manifests: list[Manifest], version: str) -> None:
    assert len(manifests) > 100
    assert [line for manifest in manifests for line in problems(manifest, version)] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_restored_platform_is_production_but_for_where_its_data_come_from(version: str) -> None:
    production, restored = render("production"), render("restore")
    assert [line for manifest in restored for line in problems(manifest, version)] == []
    [before], [after] = (
        [each for each in one if each not in other] for one, other in ((production, restored), (restored, production))
    )
    source = after["spec"]["externalClusters"][0]["plugin"]["parameters"]
    assert source["serverName"] == before["metadata"]["name"]
    # The operator refuses to write a log where another one lies.
    assert after["spec"]["plugins"][0]["parameters"]["serverName"] != source["serverName"]


def test_no_object_is_there_twice(manifests: list[Manifest]) -> None:
    names = [(each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"]) for each in manifests]
    assert len(names) == len(set(names))


def _misspell(manifest: Manifest) -> None:
    container = manifest["spec"]["template"]["spec"]["containers"][0]
    container["resourses"] = container.pop("resources")


def _as_text(manifest: Manifest) -> None:
    manifest["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = "45"


def _set(path: str, value: Any) -> Callable[[Manifest], None]:
    def change(manifest: Manifest) -> None:
        *parents, last = path.split(".")
        part: Any = manifest["spec"]
        for key in parents:
            part = part[int(key)] if key.isdigit() else part[key]
        part[last] = value

    return change


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("kind", "name", "change"),
    [
        ("Deployment", "identity-api", _misspell),
        ("Deployment", "identity-api", _as_text),
        ("Cluster", "postgres", _set("instanses", 3)),
        ("Cluster", "postgres", _set("resources.limit", {})),
        ("ScheduledBackup", "postgres-nightly", _set("schedule", "30 2 * * *")),
        ("RabbitmqCluster", "rabbitmq", _set("override.statefulSet.spec.template.spec.automountToken", False)),
        ("ScaledObject", "identity-worker", _set("triggers.0.metadata.value", 20)),
        ("Permission", "identity-events", _set("permissions.writes", ".*")),
    ],
)
def test_a_field_that_nobody_declares_or_of_another_type_is_refused(
    version: str, kind: str, name: str, change: Callable[[Manifest], None]
) -> None:
    manifest = named(render("production"), kind, name)
    assert problems(manifest, version) == []
    change(manifest)
    assert problems(manifest, version) != []
