"""A Docker engine with Compose and buildx: a running one, else one that this package starts.

    eval "$(python -m tests.containers.engine)"     start or find it, and point this shell at it
    python -m tests.containers.engine stop          end it, if it was ours, and undo its changes

Without an engine the command exits with 3 and one sentence that says why; `ready` raises `Missing` with it.
"""

from tests.containers.engine import client, daemon

from devkit.servers.process import Missing

__all__ = ["Missing", "ready", "stop"]


def ready() -> dict[str, str]:
    """The variables that `docker`, `docker compose` and `docker buildx` need. Raises Missing."""
    return client.environment(daemon.find_or_start())


def stop() -> bool:
    """False when no engine of ours runs; another's is left alone."""
    return daemon.OURS.stop()
