"""Importing these modules registers their faults."""

from tests.faults.injected import broker, database, events, network, outside, processes

__all__ = ["broker", "database", "events", "network", "outside", "processes"]
