"""A tiny service that the chassis' tests drive: notes, one event, one consumer, a few jobs."""
