"""docker-compose.yml and the cluster run the same thing: processes, commands, settings, secrets, images, bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tests.cluster import compose
from tests.cluster.quantities import processors, size
from tests.cluster.reading import Workload, named, ours, secret_files, settings_of, workloads
from tests.cluster.rendering import Manifest

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
# Values of the site; in compose they come from SQP_* variables.
SITE = r"\w+_(ENVIRONMENT|ISSUER)|(GATEWAY|PORTAL)_PUBLIC_URL|NOTIFICATIONS_(PORTAL_URL|MAIL_FROM)"
STORES = r"FILES_S3_\w+|NOTIFICATIONS_SMTP_\w+"
OPERATED = {"Cluster": "postgres", "RabbitmqCluster": "rabbitmq"}
# Differs from compose: the image's own start script needs root, this one does not.
COMMANDS = {"clamav": {"command": ["/init-unprivileged"]}}
STARTS = ("command", "args", "env", "envFrom")


def processes(manifests: Sequence[Manifest]) -> list[str]:
    """The same processes, started by the same verbs of the same images."""
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
    """The last part of an image's name: registry, port and path are the site's."""
    return image.rpartition("/")[2].partition(":")[0]


def settings(manifests: Sequence[Manifest]) -> list[str]:
    """The same settings for every process, and the same values except the site's."""
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
            # In a cluster it takes longer until all clients know that a pod is leaving.
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
    """At least as much memory, processor, space in /tmp and grace period as in compose, also for the stores."""
    found = []
    for workload in workloads(manifests):
        there = compose.services().get(workload.process)
        if there:
            grace, limits = workload.pod["terminationGracePeriodSeconds"], workload.main["resources"]["limits"]
            lines = [*_tighter(limits, grace, there), *_smaller(workload, there)]
            found += [f"{workload.process}: less {what} than in compose" for what in lines]
    for kind, name in OPERATED.items():
        spec = named(manifests, kind, name)["spec"]
        # CloudNativePG's default is half an hour.
        grace = spec.get("terminationGracePeriodSeconds", 1800)
        lines = [*_tighter(spec["resources"]["limits"], grace, compose.services()[name])]
        found += [f"{name}: less {what} than in compose" for what in lines]
    return found


def _tighter(limits: dict[str, str], grace: int, there: dict[str, Any]) -> Iterator[str]:
    bound = there["deploy"]["resources"]["limits"]
    if size(limits["memory"]) < compose.megabytes(bound["memory"]) * 2**20:
        yield "memory"
    if processors(limits["cpu"]) < float(bound["cpus"]):
        yield "processor"
    if grace < compose.seconds(there.get("stop_grace_period", "10s")):
        yield "time to end"


def _smaller(workload: Workload, there: dict[str, Any]) -> Iterator[str]:
    given = re.search(r"size=(\d+m)", " ".join(there.get("tmpfs", [])))
    if given and size(workload.mount("/tmp")["emptyDir"]["sizeLimit"]) < compose.megabytes(given[1]) * 2**20:
        yield "room in /tmp"


def images(manifests: Sequence[Manifest]) -> list[str]:
    """Third-party images have compose's versions and the same command."""
    others = [workload for workload in workloads(manifests) if not workload.is_ours]
    real = {workload.process: workload.main["image"] for workload in others}
    real["rabbitmq"] = named(manifests, "RabbitmqCluster", "rabbitmq")["spec"]["image"]
    there = compose.services()
    found = [f"{n}: {i}, in compose {there[n]['image']}" for n, i in real.items() if i != there[n]["image"]]
    for workload in others:
        said = {key: value for key, value in workload.main.items() if key in STARTS}
        command = there[workload.process].get("command")
        wanted = COMMANDS.get(workload.process, {}) | ({"args": command} if command else {})
        if _unordered(said) != _unordered(wanted):
            found.append(f"{workload.process}: started by {said}, wanted {wanted}")
    return found


def _unordered(said: dict[str, list[str]]) -> dict[str, list[str]]:
    return {key: sorted(words) for key, words in said.items()}
