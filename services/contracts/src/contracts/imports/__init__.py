"""Contracts that the back office registers in bulk. See docs/decisions/0042."""
