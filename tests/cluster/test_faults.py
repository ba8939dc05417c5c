"""Each rule notices what it is there for."""

from __future__ import annotations

import pytest
from tests.cluster.faults import FAULTS
from tests.cluster.faults.planting import Fault
from tests.cluster.rendering import render
from tests.cluster.rules import EVERYWHERE, IN_PRODUCTION, named_after


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_reported(fault: Fault) -> None:
    manifests = render(fault.overlay)
    assert fault.rule(manifests) == []
    fault.plant(manifests)
    reported = fault.rule(manifests)
    assert [line for line in reported if fault.word in line], reported


def test_every_rule_has_a_fault_that_it_notices() -> None:
    tried = {named_after(fault.rule) for fault in FAULTS}
    assert {named_after(rule) for rule in (*EVERYWHERE, *IN_PRODUCTION)} == tried
