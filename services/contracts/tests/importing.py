"""Imports as the back office sends them, and what came of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from httpx import Response
from sqlalchemy import func, select

from devkit.harness import Harness, back_office

OFFICE = back_office("contracts:write")
PATH = "/api/v1/backoffice/imports"
RESELLER = {"code": "REV-0001", "name": "Revendeur Test", "email": "revendeur@sqp.example"}
CLIENT = {"code": "CLI-0001", "name": "Client Test"}
# 250 lines are two blocks.
MANY = 250


def row(number: str, **changes: Any) -> dict[str, Any]:
    body = {
        "number": number,
        "product_reference": "TS-131K",
        "serial_number": f"S{number}",
        "reseller": RESELLER,
        "client": CLIENT,
        "starts_on": "2025-01-01",
        "warranty_ends_on": "2028-01-01",
        "articles": [{"designation": "NAS", "product_reference": "TS-131K", "serial_number": f"S{number}"}],
    }
    return {**body, **changes}


def lines(rows: Sequence[dict[str, Any] | bytes]) -> bytes:
    return b"\n".join(each if isinstance(each, bytes) else json.dumps(each).encode() for each in rows)


async def send(
    harness: Harness, body: bytes | AsyncIterator[bytes], *, dry_run: bool = False, **headers: str
) -> Response:
    headers = {
        name.replace("_", "-"): each for name, each in ({"content_type": "application/x-ndjson"} | headers).items()
    }
    async with harness.client(OFFICE) as http:
        parameters = {"dry_run": "true"} if dry_run else {}
        return await http.post(PATH, content=body, params=parameters, headers=headers)


async def state(harness: Harness, import_id: str) -> dict[str, Any]:
    async with harness.client(OFFICE) as http:
        answer = await http.get(f"{PATH}/{import_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def counts(harness: Harness, import_id: str) -> tuple[str, int, int, int, int]:
    """State, created, changed, unchanged, refused."""
    found = await state(harness, import_id)
    return found["state"], found["created"], found["changed"], found["unchanged"], found["refused"]


async def errors(harness: Harness, import_id: str, language: str = "fr", **parameters: Any) -> dict[str, Any]:
    async with harness.client(OFFICE, **{"Accept-Language": language}) as http:
        answer = await http.get(f"{PATH}/{import_id}/errors", params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def run(harness: Harness, rows: Sequence[dict[str, Any] | bytes], *, dry_run: bool = False) -> str:
    """The id of an import that has ended."""
    answer = await send(harness, lines(rows), dry_run=dry_run)
    assert answer.status_code == 202, answer.text
    await harness.run_jobs()
    identifier: str = answer.json()["id"]
    return identifier


async def rows_of(harness: Harness, model: Any) -> int:
    async with harness.service.database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0
