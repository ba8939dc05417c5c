"""The job of an import: killed, repeated, stopped, failing on a line, tidied up after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from services.contracts.tests import importing
from services.contracts.tests.importing import (
    MANY,
    OFFICE,
    PATH,
    counts,
    errors,
    lines,
    row,
    rows_of,
    run,
    send,
)
from sqlalchemy import text, update

from contracts.imports.models import Import, ImportBlock, ImportName
from contracts.models import Contract
from contracts.registering import Registering
from contracts.tasks import IMPORT_BLOCK, TIDY_IMPORTS
from devkit.harness import Harness
from events.contracts import ContractRegistered
from web import clock


async def test_what_a_job_has_done_is_not_done_twice(harness: Harness) -> None:
    answer = await send(harness, lines([row(str(number)) for number in range(1, MANY + 1)]))
    identifier = answer.json()["id"]
    for _ in range(2):
        await harness.run_job(IMPORT_BLOCK.name, import_id=identifier, block=0)
    found = await importing.state(harness, identifier)
    assert (found["state"], found["handled"], len(await harness.told())) == ("running", 200, 200)
    following = [arguments["block"] for name, arguments in await harness.enqueued() if name == IMPORT_BLOCK.name]
    assert following == [0, 1]  # the one that was not taken from the outbox here, and one after it
    await harness.run_jobs()
    await harness.run_job(IMPORT_BLOCK.name, import_id=identifier, block=1)
    assert await counts(harness, identifier) == ("done", MANY, 0, 0, 0)
    assert len(await harness.told()) == MANY


async def test_what_a_killed_job_had_begun_is_done_by_the_next(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await send(harness, lines([row(str(number)) for number in range(1, 4)]))

    async def cut_off(self: Registering) -> None:
        await self._session.flush()
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(Registering, "store", cut_off)
        with pytest.raises(KeyboardInterrupt):
            await harness.run_job(IMPORT_BLOCK.name, import_id=answer.json()["id"], block=0)
    assert (await rows_of(harness, Contract), await harness.told()) == (0, [])
    await harness.run_jobs()
    assert await counts(harness, answer.json()["id"]) == ("done", 3, 0, 0, 0)


async def test_a_line_that_fails_as_none_should_is_refused_alone(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Registering.put

    def defective(self: Registering, number: str, wanted: Any) -> Any:
        result = put(self, number, wanted)
        if number == "2":
            raise ZeroDivisionError
        return result

    monkeypatch.setattr(Registering, "put", defective)
    identifier = await run(harness, [row("1"), row("2"), row("3")])
    assert await counts(harness, identifier) == ("done", 2, 0, 0, 1)
    [said] = (await errors(harness, identifier))["items"]
    assert (said["line"], said["code"]) == (2, "internal")
    assert [event.number for event in await harness.told(ContractRegistered)] == ["1", "3"]


@pytest.mark.parametrize(
    "line",
    [
        b'{"number": ' + b"1" * 5_000 + b"}",
        b'{"number": 1e999}',
        b'{"number": "\\ud800"}',
        b'{"number": {"a": [NaN]}}',
        b"[" * 31 + b"]" * 31,
        b"\xef\xbb\xbf{}",
        b'"' + b"\xc3" + b'"',
    ],
)
async def test_no_line_keeps_the_others_from_being_registered(harness: Harness, line: bytes) -> None:
    identifier = await run(harness, [row("1"), line, row("2")])
    assert await counts(harness, identifier) == ("done", 2, 0, 0, 1)
    [said] = (await errors(harness, identifier))["items"]
    assert (said["line"], said["number"]) == (2, "")


async def test_a_line_that_no_reader_should_fail_on_is_refused_alone(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defective(body: bytes) -> None:
        if b'"2"' in body:
            raise ZeroDivisionError

    monkeypatch.setattr("web.http.json_bodies.check", defective)
    identifier = await run(harness, [row("1"), row("2")])
    assert await counts(harness, identifier) == ("done", 1, 0, 0, 1)
    assert [each["code"] for each in (await errors(harness, identifier))["items"]] == ["internal"]


async def test_an_import_is_stopped_before_its_next_block(harness: Harness) -> None:
    answer = await send(harness, lines([row(str(number)) for number in range(1, MANY + 1)]))
    identifier = answer.json()["id"]
    await harness.run_job(IMPORT_BLOCK.name, import_id=identifier, block=0)
    async with harness.client(OFFICE) as http:
        stopped = [(await http.delete(f"{PATH}/{identifier}")).status_code for _ in range(2)]
    await harness.run_jobs()
    assert (stopped, await counts(harness, identifier)) == ([204, 204], ("cancelled", 200, 0, 0, 0))
    assert await rows_of(harness, Contract) == 200


async def test_of_an_import_that_has_ended_only_counts_and_errors_are_kept_and_not_for_ever(harness: Harness) -> None:
    identifier = await run(harness, [row("1"), b"{"])
    assert (await rows_of(harness, ImportBlock), await rows_of(harness, ImportName)) == (0, 0)
    async with harness.service.database.transaction() as session:
        long_ago = clock.now() - timedelta(days=91)
        await session.execute(update(Import).values(ended_at=long_ago))
    await harness.run_job(TIDY_IMPORTS.name)
    async with harness.client(OFFICE) as http:
        answers = [await http.get(f"{PATH}/{identifier}{rest}") for rest in ("", "/errors")]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(404, "import_not_found")] * 2


async def test_an_import_that_stands_still_is_set_going_again(harness: Harness) -> None:
    identifier = (await send(harness, lines([row("1")]))).json()["id"]
    async with harness.service.database.transaction() as session:
        await session.execute(text("DELETE FROM outbox"))
        await session.execute(update(Import).values(moved_at=clock.now() - timedelta(minutes=11)))
    await harness.run_job(TIDY_IMPORTS.name)
    await harness.run_jobs()
    assert await counts(harness, identifier) == ("done", 1, 0, 0, 0)
