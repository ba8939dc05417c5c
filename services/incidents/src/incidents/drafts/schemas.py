"""Requests and answers about drafts."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import field_validator

from chassis.i18n import Invalid
from chassis.schemas import Answer, Request
from incidents.schemas import ContractNumber

MAX_DRAFT_BYTES = 64 * 1024


class DraftPut(Request):
    """``content`` is the portal's; at most 64 KiB as JSON."""

    contract_number: ContractNumber
    content: dict[str, Any]

    @field_validator("content")
    @classmethod
    def storable(cls, content: dict[str, Any]) -> dict[str, Any]:
        written = json.dumps(content, ensure_ascii=False, allow_nan=False)
        if len(written.encode()) > MAX_DRAFT_BYTES:
            raise Invalid("64 Kio au plus.", "At most 64 KiB.")
        if "\\u0000" in written:
            raise Invalid("Les caractères de contrôle ne sont pas admis.", "Control characters are not allowed.")
        return content


class Draft(Answer):
    id: UUID
    contract_number: str
    content: dict[str, Any]
    updated_at: datetime
