"""The order of work, by noun."""
