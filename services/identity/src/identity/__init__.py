"""Organisations, users, roles, addresses, sessions and keys."""
