"""A Docker engine with Compose and buildx: the one that runs already, else one of our own that is started by hand.

    eval "$(python -m tests.containers.engine)"     start or find it, and point this shell at it
    python -m tests.containers.engine stop          end it, if it was ours, and take back what it left behind

Where no engine can be had the command ends with 3 and one sentence that says why; `ready` raises `Missing` with it.
"""

from tests.containers.engine import client, daemon

from chassis.local.process import Missing

__all__ = ["Missing", "ready", "stop"]


def ready() -> dict[str, str]:
    """What the environment wants for `docker`, `docker compose` and `docker buildx` to work. Raises Missing."""
    return client.environment(daemon.find_or_start())


def stop() -> bool:
    """False when no engine of ours runs; another's is left alone."""
    return daemon.OURS.stop()
