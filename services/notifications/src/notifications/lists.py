"""Addresses of lists in the portal that hold what one notification is about."""

from __future__ import annotations

from collections.abc import Iterable

# The portal's list takes as many by their numbers; of more it shows what is open.
MOST = 100


def of_incidents(numbers: Iterable[str]) -> str:
    named = list(numbers)
    return f"/incidents?numbers={','.join(named)}" if len(named) <= MOST else "/incidents?open=true"
