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


# Beside as many pods as the scaler may ask for, in a roll-out: one that comes and one that leaves, where the next waits
# until it is gone (rules/rollouts.py); of workers all at once may have a job to end.
BESIDE = {"api": 2, "events": 2}


def connections_suffice(manifests: Sequence[Manifest]) -> list[str]:
    """The database takes every pod that there may be while a release goes out at the busiest hour."""
    most = {
        scaler["spec"]["scaleTargetRef"]["name"]: scaler["spec"].get("maxReplicas") or scaler["spec"]["maxReplicaCount"]
        for scaler in of_kind(manifests, "HorizontalPodAutoscaler", "ScaledObject")
    }
    wanted = RESERVED
    for service in SERVICES:
        for process, held in HELD.items():
            pods = most.get(f"{service}-{process}", 0)
            wanted += (pods + BESIDE.get(process, pods)) * held
    given = int(named(manifests, "Cluster", "postgres")["spec"]["postgresql"]["parameters"]["max_connections"])
    return [] if wanted <= given else [f"{wanted} connections may be asked for, the database takes {given}"]
