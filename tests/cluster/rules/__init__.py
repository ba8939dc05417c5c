"""Rules over rendered manifests: each answers with what breaks it, one line a case, and nothing when it holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.cluster.rendering import Manifest
from tests.cluster.rules import agreement, containers, network, queues, release, rights, secrecy, sizes

Rule = Callable[[Sequence[Manifest]], list[str]]

EVERYWHERE: tuple[Rule, ...] = (
    containers.bounded,
    containers.confined,
    containers.pinned,
    containers.probed,
    containers.ends_in_time,
    containers.outlives_a_node,
    network.denied_by_default,
    network.narrow,
    network.arrows_as_drawn,
    network.ways_out_as_drawn,
    network.settings_reach,
    agreement.processes,
    agreement.settings,
    agreement.secrets,
    agreement.bounds,
    agreement.stores,
    rights.broker,
    rights.database,
    queues.scaled,
    queues.growing,
    sizes.connections_suffice,
    secrecy.by_reference,
    secrecy.made_somewhere,
    release.staged,
    release.migrated,
    release.connected,
    release.published,
)
IN_PRODUCTION: tuple[Rule, ...] = (secrecy.production,)


def named_after(rule: Rule) -> str:
    """``containers.bounded``."""
    return f"{rule.__module__.rpartition('.')[2]}.{rule.__name__}"
