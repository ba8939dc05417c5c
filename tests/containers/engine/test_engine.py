"""The engine's command finds an engine before it starts one, explains a failure in a sentence, leaves nothing."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.containers.engine import network

ROOT = Path(__file__).parents[3]

BEFORE = """\
*filter
:INPUT ACCEPT [9:900]
:FORWARD ACCEPT [0:0]
-A INPUT -i br-lan -j ACCEPT
COMMIT
"""
NOW = """\
*mangle
:FORWARD DROP [1:10]
COMMIT
*filter
:INPUT ACCEPT [20:2000]
:FORWARD DROP [4:400]
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
-A INPUT -i br-lan -j ACCEPT
-A INPUT -s 198.51.100.7/32 -j DROP
-A FORWARD -j DOCKER-USER
-A FORWARD -i br-0123456789ab -o br-0123456789ab -j ACCEPT
COMMIT
*nat
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
COMMIT
"""
AFTER = """\
*mangle
:FORWARD DROP [1:10]
COMMIT
*filter
:INPUT ACCEPT [20:2000]
:FORWARD ACCEPT [0:0]
-A INPUT -i br-lan -j ACCEPT
-A INPUT -s 198.51.100.7/32 -j DROP
COMMIT
*nat
:POSTROUTING ACCEPT [0:0]
COMMIT
"""


def test_dockers_rules_go_and_all_others_stay() -> None:
    assert network.without_docker(NOW, BEFORE) == AFTER


def test_the_rules_of_an_engine_that_was_there_before_stay() -> None:
    assert network.without_docker(NOW, NOW) == NOW


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "-m", "tests.containers.engine", *arguments]
    return subprocess.run(
        asked, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("host", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1"])
def test_an_engine_that_was_named_and_does_not_answer_is_not_replaced(host: str) -> None:
    done = command(DOCKER_HOST=host)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "no Docker engine: the engine that DOCKER_HOST names does not answer\n"


ALONE = """
import json, pathlib, socket, subprocess, sys
from devkit.servers import docker
from tests.containers.engine.daemon import Daemon

def rules():
    saved = subprocess.run(["/usr/sbin/iptables-save"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return [line for line in saved.splitlines() if line.startswith(("-A", ":FORWARD"))]

def seen():
    forward = pathlib.Path("/proc/sys/net/ipv4/ip_forward").read_text().strip()
    return {"forward": forward, "rules": rules(), "links": [name for _, name in socket.if_nameindex()]}

subprocess.run(["/usr/sbin/iptables", "-A", "FORWARD", "-s", "198.51.100.7", "-j", "DROP"], check=True)
daemon = Daemon(*map(pathlib.Path, sys.argv[1:]))
daemon.state.mkdir()
before = seen()
daemon.start()
during = seen() | {"answers": docker.answers(daemon.url)}
ended, again = daemon.stop(), daemon.stop()
print(json.dumps({"before": before, "during": during, "after": seen(), "ended": [ended, again]}))
"""


@pytest.fixture
def alone(tmp_path: Path) -> list[str]:
    """A prefix for a command that sees no other process and no network but its own."""
    if os.geteuid() != 0 or not shutil.which("dockerd", path="/usr/sbin"):
        pytest.skip("only root can start Debian's dockerd, where it is installed")
    prefix = ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc"]
    if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no namespaces of its own may be made here")
    return prefix


def test_our_own_daemon_leaves_the_network_as_it_found_it(alone: list[str], tmp_path: Path) -> None:
    folders = (str(tmp_path / "state"), f"/run/sqp-docker-test-{os.getpid()}")
    started = [*alone, sys.executable, "-c", ALONE, *folders]
    done = subprocess.run(started, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    shutil.rmtree(folders[1], ignore_errors=True)
    if "dockerd does not start on this machine" in done.stderr:
        pytest.skip(done.stderr.strip().splitlines()[-1])
    found = json.loads(done.stdout)
    assert found["during"]["answers"]
    assert "docker0" in found["during"]["links"]
    assert found["ended"] == [True, False]
    assert found["after"] == found["before"]
