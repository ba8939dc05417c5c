"""Amounts as Kubernetes and RabbitMQ write them."""

from __future__ import annotations

import re

AMOUNT = re.compile(r"(\d+)\s*([a-zA-Z]*)")
# Kubernetes and RabbitMQ distinguish 1024 from 1000.
EXACT = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


def size(quantity: str) -> int:
    """Bytes of Kubernetes' ``64Mi`` and of RabbitMQ's ``500MB``."""
    number, unit = _parts(quantity)
    return number * EXACT[unit.removesuffix("B")]


def processors(quantity: str) -> float:
    """Cores of Kubernetes' ``1500m`` and ``2``."""
    return float(quantity[:-1]) / 1000 if quantity.endswith("m") else float(quantity)


def _parts(text: str) -> tuple[int, str]:
    match = AMOUNT.fullmatch(str(text))
    if match is None:
        raise ValueError(f"no amount: {text}")
    return int(match[1]), match[2]
