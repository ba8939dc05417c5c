"""Every container with its rendered manifest's command, environment, user, rights, limits and secrets.

On a real engine: the containers of the development overlay, and one process of each kind with production's settings and
a secret set of its own. There is no control plane, so the manifests themselves are not tested. An engine has no
fsGroup: secret files are readable by every user, and a claimed volume is a folder in memory.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from scripts.secret_set import new_mail_keys, printed_set, random_value, secret_set, write
from tests.cluster.reading import ours, workloads
from tests.cluster.rendering import render
from tests.containers.platform import Failed
from tests.containers.pods import Pod
from tests.containers.surroundings import Surroundings, stores, wait

from api.upstreams import SERVICES

# Privileges of the first process, and its writable folders.
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
# One of each kind, including those that connect to stores and a mail relay by TLS.
IN_PRODUCTION = (
    "identity-api",
    "portal",
    "gateway",
    "files-api",
    "files-worker",
    "notifications-worker",
)


@pytest.fixture(scope="module")
def surroundings(
    engine: dict[str, str], images: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Surroundings]:
    assert images
    folder = filled(tmp_path_factory.mktemp("secrets"), printed_set())
    with stores(Surroundings("sqp-manifests", {**os.environ, **engine}, folder, render("dev"))) as here:
        yield here
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def production(
    engine: dict[str, str], images: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Surroundings]:
    assert images
    folder = filled(tmp_path_factory.mktemp("production"), secret_set(random_value, new_mail_keys()))
    with stores(Surroundings("sqp-production", {**os.environ, **engine}, folder, render("production"))) as here:
        yield here
    shutil.rmtree(folder)


def filled(folder: Path, secrets: dict[str, str]) -> Path:
    write(folder, secrets)
    return folder


@pytest.fixture(scope="module")
def migrated(surroundings: Surroundings) -> Surroundings:
    migrate(surroundings, SERVICES)
    return surroundings


def migrate(here: Surroundings, services: Sequence[str]) -> None:
    with ThreadPoolExecutor(3) as some:
        list(some.map(Pod.run_to_its_end, [here.pod(f"{service}-migrate") for service in services]))


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


def in_order(pods: list[Pod]) -> dict[str, object]:
    return {pod.name: {"code": 0, "out_of_memory": False} for pod in pods}


def keeps_to_its_rights(pod: Pod) -> None:
    seen = json.loads(pod.inside(LOOK))
    confined(pod, seen)
    below = tuple(f"{path}/" for path in pod.temporary)
    assert set(pod.temporary) <= set(seen["writable"])
    assert [path for path in seen["writable"] if not f"{path}/".startswith(below)] == []


def confined(pod: Pod, seen: dict[str, list[str]]) -> None:
    context = pod.workload.pod["securityContext"]
    assert set(seen["Uid"]) == {str(context["runAsUser"])}
    assert set(seen["Gid"]) == {str(context["runAsGroup"])}
    # The bounding set; the effective set is empty for every user but root.
    assert int(seen["CapBnd"][0], 16) == 0
    assert seen["NoNewPrivs"] == ["1"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_processes_live_and_leave_as_their_manifests_say(service: str, migrated: Surroundings) -> None:
    pods = [migrated.pod(f"{service}-{process}") for process in ("api", "worker")]
    with running(pods):
        for pod in pods:
            keeps_to_its_rights(pod)
            passes(pod, "readinessProbe", 30)
        assert left(pods) == in_order(pods)


def test_the_gateway_is_ready_while_one_service_answers(migrated: Surroundings) -> None:
    pods = [migrated.pod("identity-api"), migrated.pod("portal"), migrated.pod("gateway")]
    with running(pods):
        for pod in pods:
            passes(pod, "readinessProbe", 30)
        keeps_to_its_rights(pods[2])
        assert left(pods) == in_order(pods)


@pytest.mark.parametrize("process", ["s3", "mail", "clamav"])
def test_what_others_built_lives_as_its_manifest_says(process: str, surroundings: Surroundings) -> None:
    pod = surroundings.pod(process)
    if process == "clamav" and not has_its_signatures(pod):
        pytest.skip("the published ClamAV fetches its signatures first, and this network leads nowhere")
    with running([pod]):
        passes(pod, "readinessProbe", 30)
        status = pod.docker("exec", pod.name, "cat", "/proc/1/status")
        confined(pod, {name: value.split() for name, _, value in (line.partition(":") for line in status.splitlines())})
        with pytest.raises(Failed, match="Read-only file system"):
            pod.docker("exec", "--user", "0", pod.name, "touch", "/beside")
        # It exited by itself, without SIGKILL.
        assert pod.stop()["code"] != 137


def has_its_signatures(pod: Pod) -> bool:
    """The stand-in image contains one."""
    try:
        pod.docker("run", "--rm", "--entrypoint", "ls", pod.workload.main["image"], "/usr/share/clamav/eicar.hdb")
    except Failed:
        return False
    return True


def test_each_kind_of_process_lives_with_productions_settings_and_secrets(production: Surroundings) -> None:
    migrate(production, ("identity", "files", "notifications"))
    pods = [production.pod(process) for process in IN_PRODUCTION]
    assert {pod.workload.main["args"][0] for pod in pods} == {"api", "worker"}
    with running(pods):
        for pod in pods:
            passes(pod, "readinessProbe", 30)
        assert left(pods) == in_order(pods)


def test_every_container_is_tried(surroundings: Surroundings) -> None:
    tried = {f"{s}-{process}" for s in SERVICES for process in ("api", "worker", "migrate")}
    assert {workload.process for workload in ours(surroundings.manifests)} == tried | {"gateway", "portal"}
    others = {workload.process for workload in workloads(surroundings.manifests) if not workload.is_ours}
    assert others == {"s3", "mail", "clamav"}
