"""Every container of ours with its rendered manifest's command, environment, user, rights, limits and secrets.

On a real engine, beside the compose file's stores under the names by which the cluster's would be found: the manifests
ask for no TLS inside. No control plane decides anything here: of the manifests themselves this says nothing.
Secret files are readable by everybody here, and by the pod's group there: an engine knows no fsGroup.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from scripts.secret_set import printed_set, write
from tests.cluster.reading import SERVICES, Workload, ours
from tests.cluster.rendering import Manifest, render
from tests.containers.platform import ROOT, Failed, run
from tests.containers.pods import Pod

NETWORK = "sqp-manifests"
POSTGRES, RABBITMQ = f"{NETWORK}-postgres", f"{NETWORK}-rabbitmq"

# What the first process was given, and the folders in which it could write.
LOOK = """
import json, os
status = dict(line.split(":", 1) for line in open("/proc/1/status") if ":" in line)
writable = []
for folder, below, _ in os.walk("/"):
    below[:] = [] if folder in ("/proc", "/sys", "/dev") else below
    writable += [folder] if os.access(folder, os.W_OK) else []
found = {name: status[name].split() for name in ("Uid", "Gid", "CapBnd", "NoNewPrivs")}
print(json.dumps({**found, "writable": writable}))
"""


@dataclass(frozen=True)
class Surroundings:
    """A network with the stores in it, and the folder of secret files."""

    environment: dict[str, str]
    secrets: Path
    manifests: list[Manifest]

    def pod(self, process: str) -> Pod:
        [found] = [workload for workload in ours(self.manifests) if workload.process == process]
        return self.of(found)

    def of(self, workload: Workload) -> Pod:
        return Pod(workload, self.manifests, self.secrets, NETWORK, self.environment)

    def docker(self, *arguments: str) -> str:
        return run(["docker", *arguments], self.environment, seconds=180)


def wait(what: Callable[[], bool], seconds: float, say: Callable[[], str]) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, say()
        time.sleep(0.5)


def remove_all(environment: dict[str, str]) -> None:
    found = run(["docker", "ps", "--all", "--quiet", "--filter", f"name=^{NETWORK}-"], environment).split()
    if found:
        run(["docker", "rm", "--force", "--volumes", *found], environment)
    with suppress(Failed):
        run(["docker", "network", "rm", NETWORK], environment)


@pytest.fixture(scope="module")
def surroundings(
    engine: dict[str, str], images: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Surroundings]:
    """Stores that answer, and every service's own database, exchanges and queues by its manifest's Job."""
    assert images
    secrets = tmp_path_factory.mktemp("secrets")
    write(secrets, printed_set())
    here = Surroundings({**os.environ, **engine}, secrets, render("dev"))
    remove_all(here.environment)
    try:
        start_stores(here)
        yield here
    finally:
        remove_all(here.environment)
        shutil.rmtree(secrets)


def start_stores(here: Surroundings) -> None:
    here.docker("network", "create", "--internal", NETWORK)
    start = ("run", "--detach", "--network", NETWORK)
    password = "POSTGRES_PASSWORD_FILE=/run/secrets/postgres_password"
    secret, definitions = (f"{here.secrets}/{name}" for name in ("postgres_password", "rabbitmq_definitions.json"))
    postgres = ("--name", POSTGRES, "--network-alias", "postgres-rw", "--env", password)
    here.docker(*start, *postgres, f"--volume={secret}:/run/secrets/postgres_password:ro", "postgres:18-trixie")
    rabbitmq = ("--name", RABBITMQ, "--network-alias", "rabbitmq", "--hostname", "rabbitmq", "--user", "999:999")
    configuration = f"--volume={ROOT}/deploy/rabbitmq/20-sqp.conf:/etc/rabbitmq/conf.d/20-sqp.conf:ro"
    loaded = f"--volume={definitions}:/run/secrets/rabbitmq_definitions.json:ro"
    here.docker(*start, *rabbitmq, configuration, loaded, "rabbitmq:4.3-management")
    ready(here, POSTGRES, "pg_isready", "--quiet", "--host=127.0.0.1", "--username=postgres")
    ready(here, RABBITMQ, "rabbitmq-diagnostics", "--quiet", "check_port_connectivity")
    admin = "DATABASE_ADMIN_URL=postgresql://postgres@postgres-rw:5432/postgres"
    folder = ("--env", "SECRETS_DIR=/run/secrets", f"--volume={here.secrets}:/run/secrets:ro", "--user", "0")
    made = ("--network", NETWORK, "--env", admin, "--env", "ENVIRONMENT=development", *folder, "--entrypoint", "python")
    here.docker("run", "--rm", *made, "sqp/identity:test", "-m", "chassis.create_databases", *SERVICES)


def ready(here: Surroundings, container: str, *command: str) -> None:
    def answers() -> bool:
        try:
            here.docker("exec", container, *command)
        except Failed:
            return False
        return True

    wait(answers, 90, lambda: here.docker("logs", "--tail", "30", container))


@pytest.fixture(scope="module")
def migrated(surroundings: Surroundings) -> Surroundings:
    jobs = [surroundings.pod(f"{service}-migrate") for service in SERVICES]
    with ThreadPoolExecutor(3) as some:
        list(some.map(Pod.run_to_its_end, jobs))
    return surroundings


def passes(pod: Pod, probe: str, seconds: float) -> None:
    wait(lambda: pod.passes(probe), seconds, lambda: f"{pod.name}: {probe} fails\n{pod.told()}")


@contextmanager
def running(pods: list[Pod]) -> Iterator[None]:
    """Each alive within the time that its startup probe leaves it."""
    with ThreadPoolExecutor(len(pods)) as all_of_them:
        list(all_of_them.map(Pod.start, pods))
    try:
        for pod in pods:
            passes(pod, "livenessProbe", pod.seconds_to_start)
        yield
    finally:
        for pod in pods:
            pod.docker("rm", "--force", pod.name)


def left(pods: list[Pod]) -> dict[str, object]:
    with ThreadPoolExecutor(len(pods)) as all_of_them:
        return dict(zip((pod.name for pod in pods), all_of_them.map(Pod.stop, pods), strict=True))


def keeps_to_its_rights(pod: Pod) -> None:
    seen = json.loads(pod.inside(LOOK))
    context = pod.workload.pod["securityContext"]
    assert set(seen["Uid"]) == {str(context["runAsUser"])}
    assert set(seen["Gid"]) == {str(context["runAsGroup"])}
    # The bound, not what is in effect: that is empty for every user but root.
    assert int(seen["CapBnd"][0], 16) == 0
    assert seen["NoNewPrivs"] == ["1"]
    below = tuple(f"{path}/" for path in pod.temporary)
    assert set(pod.temporary) <= set(seen["writable"])
    assert [path for path in seen["writable"] if not f"{path}/".startswith(below)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_processes_live_and_leave_as_their_manifests_say(service: str, migrated: Surroundings) -> None:
    pods = [migrated.pod(f"{service}-{process}") for process in ("api", "events", "tasks", "beat")]
    with running(pods):
        for pod in pods:
            keeps_to_its_rights(pod)
            passes(pod, "readinessProbe", 30)
        assert left(pods) == {pod.name: {"code": 0, "out_of_memory": False} for pod in pods}


def test_the_gateway_is_ready_while_one_service_answers(migrated: Surroundings) -> None:
    pods = [migrated.pod("identity-api"), migrated.pod("gateway")]
    with running(pods):
        for pod in pods:
            passes(pod, "readinessProbe", 30)
        keeps_to_its_rights(pods[1])
        assert left(pods) == {pod.name: {"code": 0, "out_of_memory": False} for pod in pods}


def test_every_container_of_ours_is_tried(surroundings: Surroundings) -> None:
    tried = {f"{s}-{process}" for s in SERVICES for process in ("api", "events", "tasks", "beat", "migrate")}
    assert {workload.process for workload in ours(surroundings.manifests)} == tried | {"gateway"}
