"""The rules hold in both overlays. That each can fail is shown beside this file, by planted faults."""

from __future__ import annotations

import pytest
from tests.cluster.rendering import Manifest, render
from tests.cluster.rules import EVERYWHERE, IN_PRODUCTION, Rule, named_after


@pytest.mark.parametrize("rule", EVERYWHERE, ids=named_after)
def test_a_rule_holds(rule: Rule, manifests: list[Manifest]) -> None:
    assert rule(manifests) == []


@pytest.mark.parametrize("rule", IN_PRODUCTION, ids=named_after)
def test_a_rule_holds_in_production(rule: Rule) -> None:
    assert rule(render("production")) == []


@pytest.mark.parametrize("overlay", ["production"])
def test_production_keeps_its_stores_and_its_mail_outside(manifests: list[Manifest]) -> None:
    assert not {"s3", "mail"} & {manifest["metadata"]["name"] for manifest in manifests}
