"""Rules over rendered manifests: each answers with what breaks it, one line a case, and nothing when it holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.cluster.rendering import Manifest
from tests.cluster.rules import (
    agreement,
    confinement,
    containers,
    doors,
    network,
    objects,
    probes,
    queues,
    references,
    release,
    rights,
    rollouts,
    secrecy,
    site,
    sizes,
    stores,
)

Rule = Callable[[Sequence[Manifest]], list[str]]

EVERYWHERE: tuple[Rule, ...] = (
    objects.known,
    objects.whole,
    objects.once,
    objects.called,
    objects.apart,
    confinement.users,
    confinement.nothing_else,
    confinement.folders,
    confinement.operated,
    containers.bounded,
    containers.pinned,
    containers.ends_in_time,
    probes.probed,
    probes.patient,
    rollouts.start_first,
    rollouts.finished,
    rollouts.outlives_a_node,
    rollouts.spread,
    network.denied_by_default,
    network.arrows_as_drawn,
    network.aimed,
    network.settings_reach,
    doors.listening,
    doors.led_to,
    doors.published,
    references.found_again,
    references.asked,
    references.scaled_objects,
    references.backed_up_from,
    agreement.processes,
    agreement.settings,
    agreement.secrets,
    agreement.bounds,
    agreement.images,
    stores.broker,
    stores.database,
    stores.databases,
    rights.broker,
    rights.shared,
    rights.database,
    queues.scaled,
    queues.growing,
    queues.eager,
    sizes.connections_suffice,
    secrecy.by_reference,
    secrecy.made_somewhere,
    release.staged,
    release.migrated,
)
IN_PRODUCTION: tuple[Rule, ...] = (queues.several, stores.redundant, stores.backed_up, site.portal, site.outside)


def named_after(rule: Rule) -> str:
    """``containers.bounded``."""
    return f"{rule.__module__.rpartition('.')[2]}.{rule.__name__}"
