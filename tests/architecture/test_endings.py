"""docker-compose.yml leaves a process that answers HTTP the time that it may need to leave."""

from __future__ import annotations

import pytest
from tests.architecture import compose

from web.http.serving import GRACE

CONTAINERS = compose.load()["services"]
HTTP = [name for name in CONTAINERS if name in ("gateway", "portal") or name.endswith("-api")]
# Seconds, for closing connections and pools after the last answer.
MARGIN = 5


@pytest.mark.parametrize("name", HTTP)
def test_what_is_under_way_is_answered_before_the_process_is_killed(name: str) -> None:
    container = CONTAINERS[name]
    drained = container["environment"][f"{name.split('-')[0].upper()}_DRAIN_SECONDS"]
    assert int(container["stop_grace_period"].removesuffix("s")) >= drained + GRACE + MARGIN
