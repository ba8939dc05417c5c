"""Numbers that must fit together."""

from __future__ import annotations

from collections.abc import Sequence

from tests.cluster.reading import SERVICES, named, of_kind
from tests.cluster.rendering import Manifest

from chassis.settings import ServiceSettings

POOL = int(ServiceSettings.model_fields["database_pool_size"].default)
# Connections of one pod at most: an API has a pool for changes and one for reads, consumers and relay share one and
# watch their backlog by another, a worker runs one job at a time.
HELD = {"api": 2 * POOL, "events": POOL + 1, "tasks": 2}
# Migrations, the operator, an administrator.
RESERVED = 20


def connections_suffice(manifests: Sequence[Manifest]) -> list[str]:
    """The database takes every pod that the scalers may ask for, and the one more of each that a roll-out starts."""
    most = {
        scaler["spec"]["scaleTargetRef"]["name"]: scaler["spec"].get("maxReplicas") or scaler["spec"]["maxReplicaCount"]
        for scaler in of_kind(manifests, "HorizontalPodAutoscaler", "ScaledObject")
    }
    wanted = RESERVED + sum(
        (most.get(f"{service}-{process}", 0) + 1) * held for service in SERVICES for process, held in HELD.items()
    )
    given = int(named(manifests, "Cluster", "postgres")["spec"]["postgresql"]["parameters"]["max_connections"])
    return [] if wanted <= given else [f"{wanted} connections may be asked for, the database takes {given}"]
