"""The rules hold in both overlays."""

from __future__ import annotations

import pytest
from tests.cluster.rendering import Manifest
from tests.cluster.rules import RULES, Rule, named_after


@pytest.mark.parametrize("rule", RULES, ids=named_after)
def test_a_rule_holds(rule: Rule, manifests: list[Manifest]) -> None:
    assert rule(manifests) == []


@pytest.mark.parametrize("overlay", ["production"])
def test_production_keeps_its_stores_and_its_mail_outside(manifests: list[Manifest]) -> None:
    assert not {"s3", "mail"} & {manifest["metadata"]["name"] for manifest in manifests}
