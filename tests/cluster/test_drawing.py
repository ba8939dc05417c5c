"""The drawing is compose's: an arrow that its networks do not join has no business in a cluster."""

from __future__ import annotations

from tests.cluster import compose
from tests.cluster.drawing import CALLS, CALLS_IN_DEV


def test_whoever_calls_here_reaches_the_called_in_compose() -> None:
    called = CALLS | CALLS_IN_DEV
    assert [str(arrow) for arrow in sorted(called) if not compose.reaches(arrow.source, arrow.target)] == []
