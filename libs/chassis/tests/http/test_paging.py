"""Keyset pages over a nullable column with ties: every row once, in order, whatever the size of the page."""

from __future__ import annotations

import base64
import json
import random
from typing import Any
from uuid import UUID

import pytest
from sample.models import Note

from devkit.harness import RESELLER, Harness

NOTES = "/api/v1/notes"


async def fill(harness: Harness, seed: int, count: int) -> list[Note]:
    chosen = random.Random(seed)
    ranks = [None, None, -1, 0, 0, 1, 2, 2, 2, 10]
    words = ["", "a", "A", "é", "z", "a a", "_", "%"]
    rows = [
        Note(id=UUID(int=chosen.getrandbits(128)), version=1, text=chosen.choice(words), rank=chosen.choice(ranks))
        for _ in range(count)
    ]
    async with harness.service.database.transaction() as session:
        session.add_all(rows)
    return rows


async def walk(harness: Harness, sort: str, limit: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    async with harness.client(RESELLER) as http:
        while True:
            params: dict[str, Any] = {"sort": sort, "limit": limit, **({"cursor": cursor} if cursor else {})}
            page = (await http.get(NOTES, params=params)).json()
            assert len(page["items"]) <= limit
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items


@pytest.mark.parametrize("sort", ["rank", "-rank", "text", "-text"])
@pytest.mark.parametrize(("seed", "count", "limit"), [(1, 60, 7), (2, 61, 1), (3, 40, 20), (4, 20, 20), (5, 0, 5)])
async def test_pages_cover_every_row_once_and_in_order(
    harness: Harness, sort: str, seed: int, count: int, limit: int
) -> None:
    rows = await fill(harness, seed, count)
    items = await walk(harness, sort, limit)
    assert sorted(item["id"] for item in items) == sorted(str(row.id) for row in rows)
    whole = await walk(harness, sort, 200)
    assert items == whole
    if "rank" in sort:
        ranks = [item["rank"] for item in items]
        known = [rank for rank in ranks if rank is not None]
        assert ranks == sorted(known, reverse=sort.startswith("-")) + [None] * (len(ranks) - len(known))


async def test_rows_that_come_and_go_between_pages_move_no_other(harness: Harness) -> None:
    rows = await fill(harness, 6, 30)
    async with harness.client(RESELLER) as http:
        first = (await http.get(NOTES, params={"limit": 10})).json()
        gone = UUID(first["items"][-1]["id"])
        async with harness.service.database.transaction() as session:
            await session.delete(await session.get(Note, gone))
            session.add(Note(id=UUID(int=1), version=1, text="new", rank=-1))
        rest: list[str] = []
        cursor = first["next"]
        while cursor:
            page = (await http.get(NOTES, params={"limit": 10, "cursor": cursor})).json()
            rest += [item["id"] for item in page["items"]]
            cursor = page["next"]
    seen = [item["id"] for item in first["items"]] + rest
    assert sorted(seen) == sorted(str(row.id) for row in rows)


def forged(*content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(content)).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "A" * 999,
        forged(),
        forged("rank", False, 1),
        forged("text", False, "a", str(UUID(int=1))),
        forged("rank", True, 1, str(UUID(int=1))),
        forged("rank", False, 1, None),
        forged("rank", False, "x", str(UUID(int=1))),
        forged("rank", False, 10**30, str(UUID(int=1))),
        forged("rank", False, 2**40, str(UUID(int=1))),
        forged("rank", False, 1, "no uuid"),
        forged("rank", False, 1, 7),
        forged("rank", False, 1, {"a": 1}),
        forged("rank", False, [1], str(UUID(int=1))),
        forged("rank", False, True, str(UUID(int=1))),
        forged("rank", False, 1.5, str(UUID(int=1))),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b"[" * 700).decode(),
    ],
    ids=lambda value: value[:24],
)
async def test_a_forged_cursor_is_malformed_input(harness: Harness, cursor: str) -> None:
    async with harness.client(RESELLER) as http:
        answer = await http.get(NOTES, params={"cursor": cursor})
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == ["cursor"]


@pytest.mark.parametrize("key", ["a\0b", "\ud800", 7, ["a"]])
async def test_a_forged_text_cursor_is_malformed_input(harness: Harness, key: Any) -> None:
    async with harness.client(RESELLER) as http:
        cursor = forged("text", False, key, str(UUID(int=1)))
        answer = await http.get(NOTES, params={"sort": "text", "cursor": cursor})
    assert answer.status_code == 422, answer.text
