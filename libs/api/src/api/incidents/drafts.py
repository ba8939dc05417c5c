"""Requests and answers about drafts."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import field_validator

from web.i18n import Invalid
from web.schemas import Answer, ContractNumber, Request

MAX_DRAFT_BYTES = 64 * 1024
# The portal writes two.
MAX_DEPTH = 20


class MessageDraftPut(Request):
    """``content`` is the portal's; at most 64 KiB as JSON."""

    content: dict[str, Any]

    @field_validator("content")
    @classmethod
    def storable(cls, content: dict[str, Any]) -> dict[str, Any]:
        """What PostgreSQL cannot hold is left out: a draft is saved while one types, and must not be refused for it."""
        kept: dict[str, Any] = _without_nul(content)
        written = json.dumps(kept, ensure_ascii=False, allow_nan=False)
        if len(written.encode()) > MAX_DRAFT_BYTES:
            raise Invalid("64 Kio au plus.", "At most 64 KiB.")
        return kept


class DraftPut(MessageDraftPut):
    """Of a declaration."""

    contract_number: ContractNumber


def _without_nul(value: Any, depth: int = 0) -> Any:
    if depth > MAX_DEPTH:
        raise Invalid("Trop de niveaux imbriqués.", "Too deeply nested.")
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(held, depth + 1) for key, held in value.items()}
    return [_without_nul(held, depth + 1) for held in value] if isinstance(value, list) else value


class MessageDraft(Answer):
    content: dict[str, Any]
    updated_at: datetime


class Draft(MessageDraft):
    id: UUID
    contract_number: str
