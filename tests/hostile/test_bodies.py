"""Two hundred hostile bodies at once leave a process within the memory of its container, and answering."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import yaml
from benchmarks import hostile

ROOT = Path(__file__).parents[2]
DEPLOYMENTS = {"gateway": "gateway/gateway.yaml", "portal": "portal/portal.yaml", "service": "service/api.yaml"}


def limit_of(deployment: str) -> int:
    """MiB, of the deployment's own container."""
    manifests = yaml.safe_load_all((ROOT / "k8s" / "base" / deployment).read_text())
    [pod] = [each["spec"]["template"]["spec"] for each in manifests if each["kind"] == "Deployment"]
    return int(pod["containers"][0]["resources"]["limits"]["memory"].removesuffix("Mi"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "attack"), [("gateway", hostile.gateway), ("portal", hostile.portal), ("service", hostile.service)]
)
async def test_hostile_bodies_stay_within_the_containers_memory(
    kind: str, attack: Callable[[Path], Awaitable[hostile.Cost]], tmp_path: Path
) -> None:
    cost = await attack(tmp_path)
    assert cost.peak < limit_of(DEPLOYMENTS[kind])
    # None of them is taken: each is refused, times out, or is cut off.
    assert set(cost.statuses) <= {0, 400, 408, 413, 415, 422, 503}
