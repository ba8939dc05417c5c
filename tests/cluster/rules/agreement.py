"""docker-compose.yml and the cluster run the same thing: processes, commands, settings, secrets, images, bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tests.cluster import compose
from tests.cluster.reading import Workload, named, of_kind, ours, secret_files, settings_of, workloads
from tests.cluster.rendering import ROOT, Manifest

ELSEWHERE = {
    "edge": "the Ingress and its controller",
    "databases": "roles and databases are the PostgreSQL operator's",
    "postgres": "Cluster postgres",
    "rabbitmq": "RabbitmqCluster rabbitmq",
    "s3": "the development overlay's, outside in production",
    "mail": "the development overlay's, outside in production",
    "identity-demo": "demonstration data are no part of a cluster",
    "seed": "demonstration data are no part of a cluster",
}
# Each site's own, compose's come from SQP_* variables.
SITE = r"\w+_(ENVIRONMENT|ISSUER)|GATEWAY_PUBLIC_URL|NOTIFICATIONS_(PORTAL_URL|MAIL_FROM)"
STORES = r"FILES_S3_\w+|NOTIFICATIONS_SMTP_\w+"
BROKERS_OWN = {"load_definitions", "vm_memory_high_watermark.absolute", "disk_free_limit.absolute"}


def processes(manifests: Sequence[Manifest]) -> list[str]:
    """The same ones, started by the same verbs of the same images."""
    here = {workload.process: workload for workload in workloads(manifests)}
    there = {name for name in compose.services() if name not in ELSEWHERE}
    found = [f"{name}: only in compose" for name in sorted(there - set(here))]
    found += [f"{name}: only in the cluster" for name in sorted(set(here) - there - set(ELSEWHERE))]
    for workload in ours(manifests):
        if workload.process in there:
            found += _differs(workload)
    return found


def _differs(workload: Workload) -> Iterator[str]:
    there = compose.services()[workload.process]
    if "command" in workload.main or workload.main.get("args") != there["command"]:
        yield f"{workload.process}: started by {workload.main.get('args')}, in compose by {there['command']}"
    if _repository(workload.main["image"]) != _repository(there["image"]):
        yield f"{workload.process}: of another image than compose's {there['image']}"


def _repository(image: str) -> str:
    return "/".join(image.rpartition(":")[0].split("/")[-2:])


def settings(manifests: Sequence[Manifest]) -> list[str]:
    """The same names for every process; the same values where they are not a site's own."""
    stores_inside = any(workload.process == "s3" for workload in workloads(manifests))
    free = SITE if stores_inside else f"{SITE}|{STORES}"
    found = []
    for workload in ours(manifests):
        if workload.process in compose.services():
            here, there = settings_of(workload, manifests), compose.environment(workload.process)
            found += [f"{workload.process}: {line}" for line in _unlike(here, there, free)]
    return found


def _unlike(here: dict[str, str], there: dict[str, str], free: str) -> Iterator[str]:
    yield from (f"{name} is only in compose" for name in sorted(set(there) - set(here)))
    yield from (f"{name} is only in the cluster" for name in sorted(set(here) - set(there)))
    for name in sorted(set(here) & set(there)):
        if re.fullmatch(free, name):
            continue
        if name.endswith("_DRAIN_SECONDS"):
            # Here it takes longer until everybody knows.
            if float(here[name]) < float(there[name]):
                yield f"{name} is shorter than compose's {there[name]}"
        elif here[name].replace("@postgres-rw:", "@postgres:") != there[name]:
            yield f"{name} is {here[name]}, in compose {there[name]}"


def secrets(manifests: Sequence[Manifest]) -> list[str]:
    """The same files below /run/secrets."""
    found = []
    for workload in ours(manifests):
        there = set(compose.services().get(workload.process, {}).get("secrets", ()))
        here = set(secret_files(workload))
        if here != there:
            found.append(f"{workload.process}: other secrets than in compose: {sorted(here ^ there)}")
    return found


def bounds(manifests: Sequence[Manifest]) -> list[str]:
    """No less memory, processor, room in /tmp and time to end than compose gives."""
    found = []
    for workload in ours(manifests):
        if workload.process in compose.services():
            found += [f"{workload.process}: less {what} than in compose" for what in _tighter(workload)]
    return found


def _tighter(workload: Workload) -> Iterator[str]:
    there = compose.services()[workload.process]
    limits, bound = workload.main["resources"]["limits"], there["deploy"]["resources"]["limits"]
    if _mebibytes(limits["memory"]) < compose.megabytes(bound["memory"]):
        yield "memory"
    if _processors(limits["cpu"]) < float(bound["cpus"]):
        yield "processor"
    [tmpfs] = there["tmpfs"]
    size = re.search(r"size=(\d+m)", tmpfs)
    if size and _mebibytes(workload.mount("/tmp")["emptyDir"]["sizeLimit"]) < compose.megabytes(size[1]):
        yield "room in /tmp"
    if workload.pod["terminationGracePeriodSeconds"] < compose.seconds(there.get("stop_grace_period", "10s")):
        yield "time to end"


def _mebibytes(quantity: str) -> int:
    return int(quantity[:-2]) * {"Mi": 1, "Gi": 1024}[quantity[-2:]]


def _processors(quantity: str) -> float:
    return float(quantity[:-1]) / 1000 if quantity.endswith("m") else float(quantity)


def stores(manifests: Sequence[Manifest]) -> list[str]:
    """Other people's images in the same versions, the broker and the database with the same configuration."""
    images = {workload.process: workload.main["image"] for workload in workloads(manifests) if not workload.is_ours}
    [broker] = of_kind(manifests, "RabbitmqCluster")
    images["rabbitmq"] = broker["spec"]["image"]
    there = compose.services()
    found = [f"{n}: {i}, in compose {there[n]['image']}" for n, i in images.items() if i != there[n]["image"]]
    lines = set(broker["spec"]["rabbitmq"]["additionalConfig"].splitlines())
    wanted = [line for line in (ROOT / "deploy/rabbitmq/20-sqp.conf").read_text().splitlines() if "=" in line]
    found += [f"rabbitmq: without {line}" for line in wanted if _key(line) not in BROKERS_OWN and line not in lines]
    database = named(manifests, "Cluster", "postgres")["spec"]
    major = re.search(r":(\d+)", there["postgres"]["image"])
    if major and database["imageCatalogRef"]["major"] != int(major[1]):
        found.append(f"postgres: {database['imageCatalogRef']['major']}, in compose {there['postgres']['image']}")
    connections = re.search(r"max_connections=(\d+)", " ".join(there["postgres"]["command"]))
    if connections and int(database["postgresql"]["parameters"]["max_connections"]) < int(connections[1]):
        found.append("postgres: fewer connections than in compose")
    return found


def _key(line: str) -> str:
    return line.partition("=")[0].strip()
