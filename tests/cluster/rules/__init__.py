"""Rules over rendered manifests. Each returns its violations, one line each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.cluster.rendering import Manifest
from tests.cluster.rules import agreement, confinement, network, rights, secrecy

Rule = Callable[[Sequence[Manifest]], list[str]]

RULES: tuple[Rule, ...] = (
    confinement.users,
    confinement.operated,
    network.denied_by_default,
    network.arrows_as_drawn,
    network.aimed,
    network.settings_reach,
    agreement.processes,
    agreement.settings,
    agreement.secrets,
    agreement.bounds,
    agreement.images,
    rights.broker,
    rights.shared,
    rights.database,
    secrecy.by_reference,
    secrecy.made_somewhere,
)


def named_after(rule: Rule) -> str:
    """``agreement.bounds``."""
    return f"{rule.__module__.rpartition('.')[2]}.{rule.__name__}"
