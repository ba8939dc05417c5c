"""Amounts as Kubernetes, PostgreSQL and RabbitMQ write them."""

from __future__ import annotations

import re

AMOUNT = re.compile(r"(\d+)\s*([a-zA-Z]*)")
# Kubernetes and RabbitMQ tell 2 to the tenth from a thousand.
EXACT = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
# PostgreSQL does not.
BINARY = {"kB": 2**10, "MB": 2**20, "GB": 2**30, "TB": 2**40}


def size(quantity: str) -> int:
    """Bytes of Kubernetes' ``64Mi`` and of RabbitMQ's ``500MB``."""
    number, unit = _parts(quantity)
    return number * EXACT[unit.removesuffix("B")]


def memory(setting: str) -> int:
    """Bytes of PostgreSQL's ``256MB``. Raises KeyError for a number without a unit, which counts pages."""
    number, unit = _parts(setting)
    return number * BINARY[unit]


def processors(quantity: str) -> float:
    """Cores of Kubernetes' ``1500m`` and ``2``."""
    return float(quantity[:-1]) / 1000 if quantity.endswith("m") else float(quantity)


def _parts(text: str) -> tuple[int, str]:
    match = AMOUNT.fullmatch(str(text))
    if match is None:
        raise ValueError(f"no amount: {text}")
    return int(match[1]), match[2]
