"""docs/operations/cluster.md names what is there."""

from __future__ import annotations

import re

from scripts.cluster_secrets import NAMESPACE
from tests.cluster.reading import ours
from tests.cluster.rendering import ROOT, render
from tests.cluster.rules.secrecy import OTHERS
from tests.cluster.schemas import OPERATORS, VERSIONS

PAGE = (ROOT / "docs/operations/cluster.md").read_text()
# A row of the operators' table: its name up to what it comes with, and the least version.
OPERATOR = re.compile(
    r"^\| ((?:RabbitMQ|CloudNativePG|Barman|KEDA)[^|]*?) (?:(?:with|of) [^|]*)?\| `[^|]*\| ([\d.]+) \|", re.MULTILINE
)


def test_every_path_that_it_names_is_there() -> None:
    named = set(re.findall(r"\b((?:k8s|base|overlays|tests/cluster|scripts)/[\w./-]*\w)", PAGE))
    assert len(named) > 10
    assert [path for path in sorted(named) if not (ROOT / path).exists() and not (ROOT / "k8s" / path).exists()] == []


def test_it_promises_the_versions_that_are_tried() -> None:
    assert f"Kubernetes {VERSIONS[0]} and {VERSIONS[1]}" in PAGE


def test_it_wants_the_operators_whose_fields_are_known() -> None:
    fields = " ".join(line.strip("# ") for line in OPERATORS.read_text().splitlines() if line.startswith("#"))
    wanted = OPERATOR.findall(PAGE)
    assert len(wanted) == 5
    assert [f"{name} {version}" for name, version in wanted if f"{name} {version}" not in fields] == []


def test_it_makes_the_secrets_that_no_program_makes() -> None:
    by_hand = set(OTHERS) - {"s3-identities"}
    assert [name for name in sorted(by_hand) if name not in PAGE] == []


def test_its_commands_speak_of_processes_that_exist() -> None:
    processes = {workload.process for workload in ours(render("production"))}
    assert set(re.findall(r"\bdeploy(?:ment)?/([\w-]+)", PAGE)) <= processes
    assert set(re.findall(r"kubectl -n (\w+)", PAGE)) == {NAMESPACE, "default"}
