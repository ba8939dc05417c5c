"""Addresses at which nobody receives a parcel in person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from incidents.exchanges.parcel_errors import UndeliverableAddress

# « BP 12 », « B.P. 12 », « Boîte postale », « CS 30001 », « TSA 12345 », « Lyon Cedex 03 ».
_UNATTENDED = re.compile(
    r"\b(?:b\.?\s?p\.?\s*n?°?\s*\d+|bo[iî]te\s+postale|c\.?\s?s\.?\s*\d{4,5}|tsa\s*\d{4,5}|c[eé]dex)\b",
    re.IGNORECASE,
)


def require_attended(address: Mapping[str, Any]) -> None:
    """Raises UndeliverableAddress."""
    for field in ("street", "complement", "city", "postal_code"):
        found = _UNATTENDED.search(str(address.get(field, "")))
        if found is not None:
            raise UndeliverableAddress(part=found.group(), field=f"address.{field}")
