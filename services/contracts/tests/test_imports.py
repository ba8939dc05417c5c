"""The back office registers many contracts at once: a line is what its own PUT is."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import Any

import pytest
from services.contracts.tests.importing import (
    CLIENT,
    MANY,
    OFFICE,
    PATH,
    RESELLER,
    counts,
    errors,
    lines,
    row,
    rows_of,
    run,
    send,
)
from sqlalchemy import select

from chassis.tables import AuditEntry
from contracts.models import Change, Contract, Organisation
from devkit import harness as people
from devkit.harness import Harness, back_office
from events.contracts import ContractChanged, ContractRegistered

OTHER = {"code": "REV-0002", "name": "Autre", "email": "autre@sqp.example"}


async def test_an_import_registers_each_line_as_its_own_put_would(harness: Harness, register: Any) -> None:
    rows = [row(str(number)) for number in range(1, MANY + 1)]
    answer = await send(harness, lines(rows))
    made = answer.json()
    assert (answer.status_code, made["state"], made["lines"], made["handled"]) == (202, "running", MANY, 0)
    assert answer.headers["location"] == f"{PATH}/{made['id']}"
    assert await harness.told() == []
    await harness.run_jobs()
    assert await counts(harness, made["id"]) == ("done", MANY, 0, 0, 0)
    told = await harness.told(ContractRegistered)
    assert [event.number for event in told] == [each["number"] for each in rows]
    assert await rows_of(harness, Change) == MANY

    async with harness.client(OFFICE) as http:
        body = {name: value for name, value in row("900").items() if name != "number"}
        assert (await http.put("/api/v1/backoffice/contracts/900", json=body)).status_code == 201
    [*_, alone] = await harness.told(ContractRegistered)
    same = {"number", "serial_number", "articles"}
    assert alone.model_dump(exclude=same) == told[0].model_dump(exclude=same)


async def test_the_mark_that_some_programs_set_before_a_text_is_no_part_of_it(harness: Harness) -> None:
    import_id = await run(harness, [BOM_UTF8 + lines([row("1")]).strip(), row("2"), BOM_UTF8])
    assert (await counts(harness, import_id))[:2] == ("done", 2)


async def test_the_same_import_again_changes_and_tells_nothing(harness: Harness) -> None:
    rows = [row("1"), row("2", client=None), row("3", articles=[])]
    await run(harness, rows)
    again = await run(harness, rows)
    assert await counts(harness, again) == ("done", 0, 0, 3, 0)
    assert len(await harness.told()) == 3
    changed = await run(harness, [rows[0], row("2", client=CLIENT)])
    assert await counts(harness, changed) == ("done", 0, 1, 1, 0)
    assert [event.number for event in await harness.told(ContractChanged)] == ["2"]


async def test_a_refused_line_says_why_and_holds_up_no_other(harness: Harness, register: Any) -> None:
    await register("7", reseller="REV-0002", client="CLI-0007")
    rows: list[dict[str, Any] | bytes] = [
        row("1"),
        b"{",
        b"",
        b'[1, "a"]',
        row("2", warranty_ends_on="2020-01-01", unknown=1),
        row("n° 3", serial_number="é"),
        b'{"number": "4", "number_of": "' + b"x" * (512 * 1024) + b'"}',
        row("5", articles=[{"designation": "a"} for _ in range(4_000)]),
        row("7"),
        row("8", client={**CLIENT, "code": "CLI-0007"}),
        row("9"),
        b"\xff\xfe",
        b"null\0",
    ]
    identifier = await run(harness, rows)
    assert await counts(harness, identifier) == ("done", 2, 0, 0, 10)
    said = await errors(harness, identifier)
    assert [(each["line"], each["number"], each["code"]) for each in said["items"]] == [
        (2, "", "malformed_request"),
        (4, "", "malformed_input"),
        (5, "2", "malformed_input"),
        (6, "3", "malformed_input"),
        (7, "", "too_large"),
        (8, "", "too_many_values"),
        (9, "7", "reseller_changed"),
        (10, "8", "client_of_another_reseller"),
        (12, "", "malformed_request"),
        (13, "", "malformed_request"),
    ]
    assert (said["total"], said["next"]) == (10, None)
    by_line = {each["line"]: each for each in said["items"]}
    assert by_line[9]["sentence"].endswith("il ne peut pas changer de revendeur.")
    assert by_line[6]["errors"] == [
        {"field": "serial_number", "message": "Ce format n’est pas valable.", "type": "string_pattern_mismatch"}
    ]
    english = await errors(harness, identifier, "en", limit=3)
    assert english["items"][2]["errors"][0]["field"] == "unknown"
    assert english["items"][2]["errors"][0]["message"] == "This field is not known."
    rest = await errors(harness, identifier, "en", limit=200, cursor=english["next"])
    assert [each["line"] for each in english["items"] + rest["items"]] == list(by_line)


async def test_what_was_refused_has_changed_nothing(harness: Harness, register: Any) -> None:
    await register("1", reseller="REV-0002", client=None)
    told, parties = len(await harness.told()), await rows_of(harness, Organisation)
    identifier = await run(harness, [row("1", reseller=RESELLER, client={**CLIENT, "code": "CLI-NEW"})])
    assert await counts(harness, identifier) == ("done", 0, 0, 0, 1)
    assert (len(await harness.told()), await rows_of(harness, Organisation)) == (told, parties)


async def test_a_client_that_only_a_refused_line_gave_to_a_reseller_is_free_for_another(
    harness: Harness, register: Any
) -> None:
    await register("1", reseller="REV-0002", client=None)
    identifier = await run(harness, [row("1", client=CLIENT), row("2", reseller=OTHER, client=CLIENT)])
    assert await counts(harness, identifier) == ("done", 1, 0, 0, 1)


@pytest.mark.parametrize("apart", [1, MANY], ids=["one block", "two blocks"])
async def test_a_number_in_any_notation_that_occurs_twice_is_refused_the_second_time(
    harness: Harness, apart: int
) -> None:
    rows = [row(f"{number}") for number in range(1, apart + 1)]
    identifier = await run(harness, [*rows, row("0001", serial_number="ANOTHER"), row("x"), row("X")])
    assert await counts(harness, identifier) == ("done", apart + 1, 0, 0, 2)
    twice = (await errors(harness, identifier, "en"))["items"]
    assert [(each["line"], each["code"], each["sentence"]) for each in twice] == [
        (apart + 1, "number_twice", "Contract no. 0001 is on line 1 of this import already."),
        (apart + 3, "number_twice", f"Contract no. X is on line {apart + 2} of this import already."),
    ]


async def test_a_dry_run_answers_the_same_and_writes_nothing(harness: Harness, register: Any) -> None:
    await register("1", reseller="REV-0002", client=None)
    await register("2", client="CLI-0002")
    told, parties = len(await harness.told()), await rows_of(harness, Organisation)
    stolen = row("9001", reseller=OTHER)
    rows: list[Any] = [row("1"), row("2"), *(row(str(number)) for number in range(3, MANY)), b"{", stolen, row("3")]
    dry = await run(harness, rows, dry_run=True)
    assert (len(await harness.told()), await rows_of(harness, Organisation)) == (told, parties)
    assert (await rows_of(harness, Contract), await rows_of(harness, Change)) == (2, 2)
    done = await run(harness, rows)
    assert await counts(harness, dry) == await counts(harness, done) == ("done", MANY - 3, 1, 0, 4)
    assert await errors(harness, dry) == await errors(harness, done)
    assert [each["code"] for each in (await errors(harness, dry))["items"]] == [
        "reseller_changed",
        "malformed_request",
        "client_of_another_reseller",
        "number_twice",
    ]


async def test_an_import_is_on_record_and_so_is_what_it_registered(harness: Harness) -> None:
    identifier = await run(harness, [row("1"), row("2"), b"{"])
    async with harness.service.database.transaction() as session:
        found = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()
    by = {(each.actor, each.actor_kind) for each in found}
    assert by == {(OFFICE.subject, "service")}
    assert {(each.action, each.subject) for each in found} == {
        ("start_import", identifier),
        ("contract.import", "1"),
        ("contract.import", "2"),
    }


CALLERS = {
    "nobody": (None, 401),
    "a program that reads": (back_office("contracts:read", "incidents:write"), 403),
    "a reseller": (people.RESELLER, 403),
    "a client": (people.CLIENT, 403),
    "SQP": (people.SQP, 403),
    "the back office": (OFFICE, 404),
}


@pytest.mark.parametrize(("caller", "status"), CALLERS.values(), ids=CALLERS)
async def test_only_programs_that_may_register_contracts_import_them(
    harness: Harness, caller: Any, status: int
) -> None:
    missing = f"{PATH}/0a5f7f4e-3a3c-4a49-9b73-0b6d4f9a7a55"
    async with harness.client(caller) as http:
        sent = await http.post(PATH, content=lines([row("1")]), headers={"Content-Type": "application/x-ndjson"})
        answers = [await http.get(missing), await http.get(f"{missing}/errors"), await http.delete(missing)]
    assert sent.status_code == (202 if status == 404 else status)
    assert [each.status_code for each in answers] == [status] * 3
