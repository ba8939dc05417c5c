"""A network with a database and a broker, under the names that they have in the cluster.

Roles and databases are made as their operator would make them, from the rendered manifests and the cluster's Secrets.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.cluster_secrets import read, secrets, store_secrets
from tests.cluster.reading import Workload, name_of, named, of_kind, workloads
from tests.cluster.rendering import Manifest
from tests.containers.platform import ROOT, Failed, run
from tests.containers.pods import Pod

SQL = ("psql", "--no-psqlrc", "--username=postgres", "--set=ON_ERROR_STOP=1", "--quiet")


@dataclass(frozen=True)
class Surroundings:
    """``network`` begins the name of every container; ``folder`` holds a secret set."""

    network: str
    environment: dict[str, str]
    folder: Path
    manifests: list[Manifest]

    @property
    def postgres(self) -> str:
        return f"{self.network}-postgres"

    @property
    def rabbitmq(self) -> str:
        return f"{self.network}-rabbitmq"

    def pod(self, process: str) -> Pod:
        [found] = [workload for workload in workloads(self.manifests) if workload.process == process]
        return self.of(found)

    def of(self, workload: Workload) -> Pod:
        return Pod(workload, self.manifests, self.folder, self.network, self.environment)

    def docker(self, *arguments: str) -> str:
        return run(["docker", *arguments], self.environment, seconds=180)

    def secret(self, name: str) -> dict[str, str]:
        """Of the Secrets that the cluster would be given."""
        values = read(self.folder)
        made = {name_of(each): each["stringData"] for each in [*secrets(values), *store_secrets(values)]}
        content: dict[str, str] = made[name]
        return content


def wait(what: Callable[[], bool], seconds: float, say: Callable[[], str]) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, say()
        time.sleep(0.5)


@contextmanager
def stores(here: Surroundings) -> Iterator[Surroundings]:
    """Both answer, and contain the objects that their operators would have created."""
    remove_all(here)
    try:
        here.docker("network", "create", "--internal", here.network)
        start_postgres(here)
        start_rabbitmq(here)
        ready(here, here.postgres, "pg_isready", "--quiet", "--host=127.0.0.1", "--username=postgres")
        for statement in (*roles(here), *databases(here)):
            here.docker("exec", here.postgres, *SQL, f"--command={statement}")
        ready(here, here.rabbitmq, "rabbitmq-diagnostics", "--quiet", "check_port_connectivity")
        yield here
    finally:
        remove_all(here)


def remove_all(here: Surroundings) -> None:
    found = here.docker("ps", "--all", "--quiet", "--filter", f"name=^{here.network}-").split()
    if found:
        here.docker("rm", "--force", "--volumes", *found)
    with suppress(Failed):
        here.docker("network", "rm", here.network)


def start_postgres(here: Surroundings) -> None:
    secret = f"--volume={here.folder}/postgres_password:/run/secrets/postgres_password:ro"
    named_so = ("--name", here.postgres, "--network", here.network, "--network-alias", "postgres-rw")
    password = ("--env", "POSTGRES_PASSWORD_FILE=/run/secrets/postgres_password")
    here.docker("run", "--detach", *named_so, *password, secret, "postgres:18-trixie")


def start_rabbitmq(here: Surroundings) -> None:
    named_so = ("--name", here.rabbitmq, "--network", here.network, "--network-alias", "rabbitmq")
    configuration = f"--volume={ROOT}/deploy/rabbitmq/20-sqp.conf:/etc/rabbitmq/conf.d/20-sqp.conf:ro"
    loaded = f"--volume={here.folder}/rabbitmq_definitions.json:/run/secrets/rabbitmq_definitions.json:ro"
    own = ("--hostname", "rabbitmq", "--user", "999:999", configuration, loaded)
    here.docker("run", "--detach", *named_so, *own, "rabbitmq:4.3-management")


def ready(here: Surroundings, container: str, *command: str) -> None:
    def answers() -> bool:
        try:
            here.docker("exec", container, *command)
        except Failed:
            return False
        return True

    wait(answers, 90, lambda: here.docker("logs", "--tail", "30", container))


def roles(here: Surroundings) -> Iterator[str]:
    for role in named(here.manifests, "Cluster", "postgres")["spec"]["managed"]["roles"]:
        password = here.secret(role["passwordSecret"]["name"])["password"]
        yield f"""CREATE ROLE "{role["name"]}" {"LOGIN" if role["login"] else "NOLOGIN"} PASSWORD '{password}'"""


def databases(here: Surroundings) -> Iterator[str]:
    return (created(manifest["spec"]) for manifest in of_kind(here.manifests, "Database"))


def created(spec: dict[str, Any]) -> str:
    """CREATE DATABASE with what the manifest says of its text."""
    words = {
        "TEMPLATE": spec["template"],
        "ENCODING": f"'{spec['encoding']}'",
        "LOCALE_PROVIDER": spec["localeProvider"],
        "BUILTIN_LOCALE": f"'{spec['builtinLocale']}'",
        "LC_COLLATE": f"'{spec['localeCollate']}'",
        "LC_CTYPE": f"'{spec['localeCType']}'",
    }
    options = " ".join(f"{word} {value}" for word, value in words.items())
    return f'CREATE DATABASE "{spec["name"]}" OWNER "{spec["owner"]}" {options}'
