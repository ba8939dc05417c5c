"""Answers of the files service."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from events.files import ScanState
from events.incidents import Scope
from web.schemas import Answer


class File(Answer):
    """``size`` is in bytes, ``sha256`` in hexadecimal, ``media_type`` as found in the bytes. The content is served
    once ``scan`` is ``clean``. ``incident_number`` and ``scope`` are empty until an incident names the file."""

    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    scan: ScanState
    incident_number: str | None
    scope: Scope | None
    created_at: datetime
