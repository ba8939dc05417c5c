"""Addresses without a person to receive a parcel, such as post office boxes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from incidents.exchanges.parcel_errors import UndeliverableAddress

# « BP 12 », « B.P. 12 », « Boîte postale », « CS 30001 », « TSA 12345 », « Lyon Cedex 03 », « Poste restante ».
_UNATTENDED = re.compile(
    r"\b(?:b\.?\s?p\.?\s*n?°?\s*\d+|bo[iî]te\s+postale|c\.?\s?s\.?\s*\d{4,5}|tsa\s*\d{4,5}|c[eé]dex|poste\s+restante|point\s+relais)\b",
    re.IGNORECASE,
)


_READ = ("street", "complement", "city", "postal_code")


def require_attended(address: Mapping[str, Any]) -> None:
    """Raises UndeliverableAddress."""
    for field in _READ:
        part = _part(address, field)
        if part:
            raise UndeliverableAddress(part=part, field=f"address.{field}")


def unattended(address: Mapping[str, Any]) -> str:
    """The words of the address that show that no person receives a parcel there; empty if there are none."""
    return next(filter(None, (_part(address, field) for field in _READ)), "")


def _part(address: Mapping[str, Any], field: str) -> str:
    found = _UNATTENDED.search(str(address.get(field, "")))
    return found.group() if found else ""
