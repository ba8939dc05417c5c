"""The body of an import: streamed, bounded, and registered whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from services.contracts.tests.importing import OFFICE, PATH, counts, lines, row, send, state
from sqlalchemy import func, select
from starlette.requests import ClientDisconnect

from api import imports as schemas
from contracts.imports import blocks, receiving
from contracts.imports.blocks import Blocks
from contracts.imports.errors import TooManyLines
from contracts.imports.models import Import, ImportBlock
from devkit.harness import Harness

TWO = lines([row("1"), row("2")])


async def kept(harness: Harness) -> tuple[int, int]:
    """Imports and blocks."""
    async with harness.service.database.transaction() as session:
        found = [await session.scalar(select(func.count()).select_from(each)) for each in (Import, ImportBlock)]
    return found[0] or 0, found[1] or 0


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_lines_are_the_same_however_the_body_is_cut(harness: Harness, size: int) -> None:
    body = TWO.replace(b"\n", b"\r\n\n") + b"\n\n"

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    answer = await send(harness, pieces())
    await harness.run_jobs()
    assert (answer.json()["lines"], await counts(harness, answer.json()["id"])) == (2, ("done", 2, 0, 0, 0))


def test_a_block_has_so_many_lines_and_bytes_and_a_line_so_many() -> None:
    cutter = Blocks()
    found = list(cutter.feed(b"a\n" * 250 + b"x" * schemas.MIB))
    found += [*cutter.feed(b"x" * schemas.MIB + b"\n" + b"b\n"), *cutter.end()]
    assert [(each.position, each.first_line, len(each.lines)) for each in found] == [(0, 1, 200), (1, 201, 52)]
    assert max(map(len, found[1].lines)) == schemas.MOST_OF_A_LINE + 1
    assert (cutter.number, cutter.lines) == (2, 252)


def test_a_body_has_so_many_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MOST_LINES", 3)
    assert list(Blocks().feed(b"a\nb\nc\n")) == []
    with pytest.raises(TooManyLines):
        list(Blocks().feed(b"\n\n\n\n"))


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "import_empty"),
        (b" \n\n\r\n", 422, "import_empty"),
        (b"\n" * 300, 422, "import_empty"),
        (b"x" * 2000, 413, "too_large"),
        (b"x\n" * 800, 413, "too_many_lines"),
    ],
    ids=["nothing", "blanks", "more blanks", "bytes", "lines"],
)
async def test_a_refused_body_leaves_nothing(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, body: bytes, status: int, code: str
) -> None:
    monkeypatch.setattr(schemas, "MOST_BYTES", 1800)
    monkeypatch.setattr(blocks, "MOST_LINES", 700)

    async def undeclared() -> AsyncIterator[bytes]:
        yield body

    for sent in (body, undeclared()):
        answer = await send(harness, sent)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await kept(harness), await harness.enqueued()) == ((0, 0), [])


async def test_another_type_of_content_is_refused(harness: Harness) -> None:
    for media_type in ("application/json", "text/csv", ""):
        answer = await send(harness, TWO, content_type=media_type)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


async def test_a_compressed_body_is_refused_and_not_taken_for_lines(harness: Harness) -> None:
    for encoding, status in (("gzip", 415), ("br, gzip", 415), ("identity", 202)):
        answer = await send(harness, TWO, content_encoding=encoding)
        assert answer.status_code == status


async def test_a_body_that_stops_half_way_registers_nothing(harness: Harness) -> None:
    seen: list[tuple[int, int]] = []

    async def broken() -> AsyncIterator[bytes]:
        yield b"\n".join([TWO] * 150) + b"\n"
        seen.append(await kept(harness))
        raise ClientDisconnect

    answer = await send(harness, broken())
    assert (answer.status_code, answer.json()["code"]) == (400, "import_interrupted")
    assert seen == [(1, 1)]  # what came is kept and not held
    assert (await kept(harness), await harness.enqueued()) == ((0, 0), [])


async def test_a_body_that_does_not_go_on_is_given_up(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    idle = harness.service.settings.model_copy(update={"import_idle_timeout": 0.05})
    monkeypatch.setitem(harness.app.state._state, "settings", idle)

    async def stalled() -> AsyncIterator[bytes]:
        yield TWO
        await asyncio.Event().wait()

    answer = await send(harness, stalled())
    assert (answer.status_code, answer.json()["code"]) == (408, "request_timeout")
    assert await kept(harness) == (0, 0)


async def test_a_key_answers_a_repetition_with_the_first_import(harness: Harness) -> None:
    first = await send(harness, TWO, idempotency_key="once")
    again = await send(harness, TWO, idempotency_key="once")
    other = await send(harness, TWO + b"\n" + lines([row("3")]), idempotency_key="once")
    dry = await send(harness, TWO, dry_run=True, idempotency_key="once")
    assert (again.status_code, again.json(), again.headers["location"]) == (
        202,
        first.json(),
        first.headers["location"],
    )
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert dry.json()["is_dry_run"] is True
    assert (await kept(harness))[0] == 2


async def test_a_key_whose_body_is_on_its_way_is_taken(harness: Harness) -> None:
    answers: list[Any] = []

    async def slow() -> AsyncIterator[bytes]:
        yield TWO
        answers.append(await send(harness, TWO, idempotency_key="once"))

    first = await send(harness, slow(), idempotency_key="once")
    assert (first.status_code, answers[0].status_code, answers[0].json()["code"]) == (202, 409, "request_in_flight")


async def test_only_so_many_imports_are_under_way(harness: Harness) -> None:
    for _ in range(receiving.MOST_AT_ONCE):
        assert (await send(harness, TWO)).status_code == 202
    refused = await send(harness, TWO)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_imports")
    await harness.run_jobs()
    assert (await send(harness, TWO)).status_code == 202


async def test_an_open_import_is_neither_stopped_nor_begun(harness: Harness) -> None:
    found: list[Any] = []

    async def watched() -> AsyncIterator[bytes]:
        yield TWO
        async with harness.service.database.transaction() as session:
            identifier: UUID | None = await session.scalar(select(Import.id))
        found.append((await state(harness, str(identifier)))["state"])
        async with harness.client(OFFICE) as http:
            found.append((await http.delete(f"{PATH}/{identifier}")).status_code)

    answer = await send(harness, watched())
    assert found == ["open", 404]
    await harness.run_jobs()
    assert await counts(harness, answer.json()["id"]) == ("done", 2, 0, 0, 0)
