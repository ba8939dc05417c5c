"""What the database refuses: a change that another one came before is told so, a read that fails is our own fault."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import CheckConstraint, Column, Computed, ForeignKey, Index, MetaData, Table, Text, func, text

from chassis.http import constraints, problems
from chassis.tables import ChassisBase
from devkit.harness import Harness

INSERT = "INSERT INTO idempotency (scope, key, fingerprint, status, headers, body) VALUES "
FIRST = INSERT + "('s', 'k', 'f', 201, '{}', '')"


async def answer(harness: Harness, method: str, statement: str) -> httpx.Response:
    app = FastAPI()
    problems.install(app, ChassisBase.metadata)

    @app.api_route("/", methods=["GET", "POST"])
    async def run() -> None:
        async with harness.service.database.transaction() as session:
            await session.execute(text(FIRST))
            await session.execute(text(statement))

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
        return await http.request(method, "/", headers={"Accept-Language": "en"})


@pytest.mark.parametrize(
    ("statement", "fields"),
    [(FIRST, ["scope", "key"]), (INSERT + "('s', 'other', NULL, 201, '{}', '')", ["fingerprint"])],
    ids=["taken", "missing"],
)
async def test_a_refused_constraint_is_a_conflict_that_names_the_field(
    harness: Harness, statement: str, fields: list[str]
) -> None:
    refused = await answer(harness, "POST", statement)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert [error["field"] for error in refused.json()["errors"]] == fields


@pytest.mark.parametrize(("method", "status"), [("POST", 422), ("GET", 500)])
async def test_a_value_that_the_database_cannot_hold_is_the_callers_fault_on_a_write_alone(
    harness: Harness, method: str, status: int
) -> None:
    refused = await answer(harness, method, INSERT + "('s', 'other', 'f', 99999999999, '{}', '')")
    assert refused.status_code == status


def test_every_kind_of_constraint_names_the_columns_that_a_caller_fills() -> None:
    metadata = MetaData()
    Table("others", metadata, Column("id", Text, primary_key=True))
    things = Table(
        "things",
        metadata,
        Column("first", Text),
        Column("second", Text),
        Column("first_key", Text, Computed("fold(first)")),
        Column("other", ForeignKey("others.id", name="fk_things_other")),
        CheckConstraint("first <= second", name="in_order"),
        CheckConstraint("(other = 'firsts') = (second IS NOT NULL)", name="both_or_none"),
    )
    Index("uq_things_second", func.lower(things.c.second), unique=True)
    Index("uq_things_first", things.c.first_key, things.c.other, unique=True)
    named = constraints.fields(metadata)
    assert named["in_order"] == ["first", "second"]
    assert named["both_or_none"] == ["second", "other"]
    assert named["fk_things_other"] == ["other"]
    assert named["uq_things_second"] == ["second"]
    assert named["uq_things_first"] == ["first", "other"]
