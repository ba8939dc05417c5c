"""Whether a process is started, alive and ready is asked in the right way, and often enough before it is believed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tests.cluster import compose
from tests.cluster.reading import Workload, workloads
from tests.cluster.rendering import Manifest

NAMES = ("startupProbe", "livenessProbe", "readinessProbe")
HOW = {"exec", "httpGet", "tcpSocket"}
TIMES = {"periodSeconds", "timeoutSeconds", "failureThreshold"}
HEARTBEAT = ["python", "-I", "-S", "/opt/app/chassis/probe.py", "heartbeat", "/tmp/heartbeat", "30"]
PAGES = {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}
OTHERS: dict[str, dict[str, Any]] = {
    "clamav": {"exec": {"command": ["clamdcheck.sh"]}},
    "mail": {"tcpSocket": {"port": "smtp"}},
    "s3": {"tcpSocket": {"port": "s3"}},
}
# Seconds: a first start with nothing warm, a pause that is none, an absence that callers notice.
START, PAUSE, ABSENCE = 60, 30, 60
# And a process that hangs, which nobody but this probe ends.
HUNG = 180
# Kubernetes' own, where a probe does not say.
DEFAULT = {"periodSeconds": 10, "timeoutSeconds": 1, "failureThreshold": 3}


def lasting(manifests: Sequence[Manifest]) -> list[Workload]:
    return [workload for workload in workloads(manifests) if workload.manifest["kind"] != "Job"]


def probed(manifests: Sequence[Manifest]) -> list[str]:
    """All three are asked of every process; an API by its own pages, ours without a door by their heartbeat, other
    people's as each of them answers."""
    found = []
    for workload in lasting(manifests):
        for name in NAMES:
            probe = workload.main.get(name, {})
            how = {key: value for key, value in probe.items() if key in HOW}
            if len(how) != 1 or set(probe) - HOW - TIMES:
                found.append(f"{workload.process}: no {name}, or one of its own kind: {probe}")
            elif how != _wanted(workload, name):
                found.append(f"{workload.process}: {name} asks {how}, wanted {_wanted(workload, name)}")
            found += [f"{workload.process}: {name} asks at {port}, no port of it" for port in _unknown(workload, how)]
    return found


def _wanted(workload: Workload, name: str) -> dict[str, Any]:
    if not workload.is_ours:
        return OTHERS[workload.process]
    if workload.component == "api":
        return {"httpGet": {"path": PAGES[name], "port": "http"}}
    return {"exec": {"command": HEARTBEAT}}


def _unknown(workload: Workload, how: dict[str, Any]) -> list[Any]:
    """Ports by which a probe asks and which its container does not name."""
    names = {port.get("name") for port in workload.main.get("ports", [])}
    return [what["port"] for what in how.values() if "port" in what and what["port"] not in names]


def patient(manifests: Sequence[Manifest]) -> list[str]:
    """Time to start as compose gives, no end for a short pause, and none before its traffic was taken away."""
    return [f"{workload.process}: {line}" for workload in lasting(manifests) for line in _hasty(workload)]


def _hasty(workload: Workload) -> Iterator[str]:
    start, alive, ready = (_budget(workload.main.get(name, {})) for name in NAMES)
    asked = compose.services().get(workload.process, {}).get("healthcheck", {})
    if start < max(START, compose.seconds(asked.get("start_period", "0s"))):
        yield f"is killed {start} s after its start"
    if alive < PAUSE or alive < ready:
        yield f"is killed after {alive} s without an answer, its traffic taken away after {ready} s"
    if alive > HUNG:
        yield f"hangs for {alive} s"
    if ready > ABSENCE:
        yield f"is sent traffic for {ready} s after it went away"
    for name in NAMES:
        probe = {**DEFAULT, **workload.main.get(name, {})}
        if "tcpSocket" not in probe and probe["timeoutSeconds"] < compose.seconds(asked.get("timeout", "3s")):
            yield f"{name} waits {probe['timeoutSeconds']} s for an answer"


def _budget(probe: dict[str, Any]) -> int:
    whole = {**DEFAULT, **probe}
    return int(whole["periodSeconds"]) * int(whole["failureThreshold"])
