"""The broker and the database keep what they were given, and have room for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tests.cluster import compose
from tests.cluster.quantities import memory, size
from tests.cluster.reading import name_of, named, of_kind
from tests.cluster.rendering import ROOT, Manifest

# Files and amounts of one machine; a cluster has its own.
COMPOSES_OWN = {"load_definitions", "vm_memory_high_watermark.absolute", "disk_free_limit.absolute"}
# What several nodes ask for.
CLUSTERS_OWN = {"queue_leader_locator": "balanced"}
LIMIT = "disk_free_limit.absolute"
# No other: above all none that makes an answered change less lasting.
PARAMETERS = {"max_connections", "shared_buffers", "effective_cache_size"}
DATABASE = {
    "databaseReclaimPolicy": "retain",
    "template": "template0",
    "encoding": "UTF8",
    "localeProvider": "builtin",
    "builtinLocale": "C.UTF-8",
    "localeCollate": "C",
    "localeCType": "C",
}
DAYS = {"d": 1, "w": 7, "m": 30}
KEPT = 14
EVERY_DAY = re.compile(r"\d+ \d+ [\d,*/]+ \* \* \*")


def broker(manifests: Sequence[Manifest]) -> list[str]:
    """Compose's configuration and no other line than a cluster's own; it stops publishers while a disk has room."""
    spec = named(manifests, "RabbitmqCluster", "rabbitmq")["spec"]
    real = _configuration(spec["rabbitmq"].get("additionalConfig", ""))
    there = _configuration((ROOT / "deploy/rabbitmq/20-sqp.conf").read_text())
    wanted = {key: value for key, value in there.items() if key not in COMPOSES_OWN}
    found = [f"rabbitmq: without {key} = {value}" for key, value in wanted.items() if real.get(key) != value]
    own = {key: value for key, value in real.items() if key not in wanted and key != LIMIT}
    found += [f"rabbitmq: {key} = {value}" for key, value in own.items() if CLUSTERS_OWN.get(key) != value]
    found += [f"rabbitmq: has {key}" for key in sorted(set(spec["rabbitmq"]) - {"additionalConfig"})]
    limit, disk = size(real.get(LIMIT, "0MB")), size(spec["persistence"]["storage"])
    if not size(there[LIMIT]) <= limit <= disk / 4:
        found.append(f"rabbitmq: publishers stop at {limit} free bytes of {disk}")
    return found


def _configuration(text: str) -> dict[str, str]:
    """A line that is no setting stands there as it is, and is known to nobody."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
    return {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}


def database(manifests: Sequence[Manifest]) -> list[str]:
    """Of compose's version, with no less connections, and memory that the server's own share leaves to its queries."""
    spec, there = named(manifests, "Cluster", "postgres")["spec"], compose.services()["postgres"]
    major = re.search(r":(\d+)", there["image"])
    found = [] if major and spec["imageCatalogRef"]["major"] == int(major[1]) else [f"postgres: not {there['image']}"]
    parameters = spec["postgresql"].get("parameters", {})
    found += [f"postgres: sets {key}" for key in sorted(set(parameters) - PARAMETERS)]
    least = dict(re.findall(r"(\w+)=(\w+)", " ".join(there["command"])))
    if int(parameters.get("max_connections", 0)) < int(least["max_connections"]):
        found.append("postgres: fewer connections than in compose")
    shared, whole = memory(parameters.get("shared_buffers", "0kB")), size(spec["resources"]["limits"]["memory"])
    if not memory(least["shared_buffers"]) <= shared <= whole / 3:
        found.append(f"postgres: {shared} shared bytes of {whole}")
    if memory(parameters.get("effective_cache_size", "0kB")) > whole:
        found.append("postgres: reckons with more cache than it has memory")
    return found


def databases(manifests: Sequence[Manifest]) -> list[str]:
    """Taking an object away never takes the data along; letters fold and sort as ``chassis.provision`` has it."""
    found = []
    for each in of_kind(manifests, "Database"):
        spec = {key: value for key, value in each["spec"].items() if key not in ("cluster", "name", "owner")}
        if spec != DATABASE:
            found.append(f"database {name_of(each)}: is made as {spec}, wanted {DATABASE}")
    return found


def redundant(manifests: Sequence[Manifest]) -> list[str]:
    """What was answered is on two nodes, and one of the others may be away; a majority of the broker's is there."""
    database = named(manifests, "Cluster", "postgres")["spec"]
    synchronous, others = database["postgresql"].get("synchronous", {}), database["instances"] - 1
    found = []
    if synchronous.get("dataDurability") != "required" or synchronous.get("method") != "any":
        found.append(f"postgres: an answered change may be on one node alone: {synchronous}")
    if not 1 <= synchronous.get("number", 0) < others:
        found.append(f"postgres: waits for {synchronous.get('number')} of {others} others")
    if not database.get("walStorage"):
        found.append("postgres: a log that is not fetched fills the disk of the data")
    nodes = named(manifests, "RabbitmqCluster", "rabbitmq")["spec"]["replicas"]
    return found if nodes >= 3 and nodes % 2 else [*found, f"rabbitmq: no majority of {nodes} when one is away"]


def backed_up(manifests: Sequence[Manifest]) -> list[str]:
    """The log as it fills, a copy a day, both kept for weeks, by TLS."""
    archivers = [each for each in of_kind(manifests, "Cluster") for each in each["spec"].get("plugins", [])]
    found = [] if [each.get("isWALArchiver") for each in archivers] == [True] else ["postgres: nothing takes its log"]
    counted = {kind: len(of_kind(manifests, kind)) for kind in ("ObjectStore", "ScheduledBackup")}
    found += [f"postgres: {number} of {kind}" for kind, number in counted.items() if number != 1]
    return found + [f"{name_of(m)}: {line}" for m in manifests for line in _unsafe(m["kind"], m.get("spec", {}))]


def _unsafe(kind: str, spec: dict[str, Any]) -> Iterator[str]:
    if kind == "ScheduledBackup" and not (EVERY_DAY.fullmatch(spec["schedule"]) and spec.get("immediate")):
        yield f"not now and every day: {spec['schedule']}"
    if kind == "ObjectStore":
        period = spec.get("retentionPolicy", "0d")
        if int(period[:-1]) * DAYS[period[-1]] < KEPT:
            yield f"kept for {period}"
        if not spec["configuration"].get("endpointURL", "https://").startswith("https://"):
            yield "in clear"
        if set(spec["configuration"].get("s3Credentials", {})) != {"accessKeyId", "secretAccessKey"}:
            yield "without its keys"
