"""Outbox, relay, inbox and consumers over one exchange."""
