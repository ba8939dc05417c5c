"""An incident is declared and a message is posted through the service, one after the other on one connection: against a
bare transaction that inserts the rows which that leaves (audit, outbox and feed included), and with 160,000 incidents
of the declaring reseller against the same with a thousand.

Every commit of ours and of the baseline waits for the disk. The baseline sends each row as a statement of its own, and
neither checks nor reads anything.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from benchmarks import desk
from benchmarks.exchanges import filled
from benchmarks.pairs import compare
from benchmarks.report import Figure
from benchmarks.servers import served
from devkit.harness import TestKeys, person
from devkit.servers import process
from events import organisation_id

FEW, MANY = 1_000, 160_000
PAIRS = 200
OURS = organisation_id("reseller", "BENCH")
DECLARED = Figure("An incident is declared", "a bare transaction with its rows", 0.4)
POSTED = Figure("A message is posted", "a bare transaction with its rows", 0.4)
GROWTH = Figure("An incident is declared, 160,000 of its reseller there", "1,000 there", 1.2, rises=False)
COVERS = """
INSERT INTO covers (number, version, product_reference, serial_number, articles, reseller_id, reseller_name, starts_on,
    warranty_ends_on, service_level, serial_codes)
SELECT 'B' || i, 1, 'TS-131K', 'B' || i, '[]', %(ours)s, 'Revendeur', current_date - 400, current_date + 300,
    'Envoi express J+1', ARRAY['B' || i] FROM generate_series(1, 2000) AS i;
UPDATE incidents SET reseller_id = %(ours)s, declarer_id = %(ours)s;
UPDATE desk_items SET reseller_id = %(ours)s
"""
ADDRESS = {"label": "Siège", "street": "1 rue de la Paix", "postal_code": "75002", "city": "Paris", "country": "FR",
           "email": "siege@sqp.example", "phone": "0102030405"}  # fmt: skip
# A column that is neither generated nor numbered by the database; those of another schema are not the application's.
COLUMNS = """
SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position),
    array_agg(data_type = 'jsonb' ORDER BY ordinal_position) FROM information_schema.columns
WHERE table_schema = 'public' AND is_generated = 'NEVER' AND is_identity = 'NO'
    AND table_name IN (SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE')
GROUP BY table_name
"""


class Service:
    """One process of incidents over a database of its own."""

    def __init__(self, http: aiohttp.ClientSession, url: str, database: psycopg.AsyncConnection[Any]) -> None:
        self._http = http
        self._url = f"{url}/api/v1/incidents"
        self._numbers = count(1)
        self.database = database
        self.declared = ""

    async def declare(self) -> float:
        """Milliseconds."""
        number = next(self._numbers)
        body = {
            "contract_number": f"B{number}",
            "title": "Disque en panne",
            "nature": "defective",
            "serial_numbers": [f"B{number}"],
            "description": "Le voyant clignote.\nLe disque aussi.",
            "delivery_address": {"address": ADDRESS},
        }
        taken, answer = await self._post("", body)
        self.declared = answer["number"]
        return taken

    async def post(self) -> float:
        """Milliseconds."""
        body = {"body": f"Bonjour, le disque {next(self._numbers)} clignote toujours."}
        taken, _ = await self._post(f"/{self.declared}/messages?thread=sqp", body)
        return taken

    async def _post(self, path: str, body: Mapping[str, Any]) -> tuple[float, dict[str, Any]]:
        begun = time.perf_counter()
        async with self._http.post(self._url + path, json=body) as answer:
            content = await answer.json()
            if answer.status != 201:
                raise RuntimeError(content)
        return 1000 * (time.perf_counter() - begun), content


class Bare:
    """Inserts again and again the rows that one write of the service left, into tables like its own."""

    def __init__(self, database: psycopg.AsyncConnection[Any], rows: Sequence[tuple[str, dict[str, Any]]]) -> None:
        self._database = database
        self._tables = sorted({table for table, _ in rows})
        self._inserts = [_insert(table, row) for table, row in rows]

    async def prepare(self) -> None:
        for table in self._tables:
            await self._database.execute(
                sql.SQL("CREATE TABLE IF NOT EXISTS {} (LIKE {} INCLUDING ALL EXCLUDING CONSTRAINTS)").format(
                    sql.Identifier(f"bare_{table}"), sql.Identifier(table)
                )
            )
        await self._database.commit()

    async def write(self) -> float:
        """Milliseconds."""
        for table in self._tables:
            await self._database.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(f"bare_{table}")))
        await self._database.commit()
        begun = time.perf_counter()
        async with self._database.transaction():
            for statement, values in self._inserts:
                await self._database.execute(statement, values)
        return 1000 * (time.perf_counter() - begun)


async def main() -> None:
    async with AsyncExitStack() as stack:
        few, many = [await stack.enter_async_context(running(size)) for size in (FEW, MANY)]
        await compare(GROWTH, "ms", many.declare, few.declare, pairs=PAIRS, is_time=True)
        for figure, write in ((DECLARED, few.declare), (POSTED, few.post)):
            bare = Bare(few.database, await left_by(few.database, write))
            await bare.prepare()
            await compare(figure, "ms", write, bare.write, pairs=PAIRS, is_time=True)


@asynccontextmanager
async def running(incidents: int) -> AsyncIterator[Service]:
    async with AsyncExitStack() as stack:
        rooms = stack.enter_context(ExitStack())
        room = Path(rooms.enter_context(tempfile.TemporaryDirectory(prefix="sqp-bench-")))
        databases, settings = rooms.enter_context(filled(room, partial(fill, incidents=incidents), durable=True))
        keys = TestKeys()
        token = keys.token(person("reseller", "BENCH"), settings, now=time.time(), lifetime=3600)
        environment = {"BENCH_KEY": keys.as_json(), "BENCH_DATABASE_URL": databases.app_url}
        environment |= {"BENCH_SERVICE": "incidents"}
        [port] = process.free_ports(1)
        url = await stack.enter_async_context(
            served(["-m", "benchmarks.list_ours", str(port)], port, room, environment)
        )
        headers = {"Authorization": f"Bearer {token}"}
        http = await stack.enter_async_context(aiohttp.ClientSession(headers=headers))
        database = await psycopg.AsyncConnection.connect(databases.owner_url)
        stack.push_async_callback(database.close)
        yield Service(http, url, database)


def fill(url: str, incidents: int) -> None:
    desk.fill(url, incidents)
    with psycopg.connect(url) as connection:
        for statement in COVERS.split(";\n"):
            connection.execute(statement, {"ours": OURS})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


async def left_by(database: psycopg.AsyncConnection[Any], write: Any) -> list[tuple[str, dict[str, Any]]]:
    """The rows that one write left, by table: those of later transactions."""
    found = await (await database.execute("SELECT pg_current_xact_id()::text::bigint")).fetchone()
    assert found
    await database.commit()
    await write()
    rows = []
    for table, columns, are_json in await (await database.execute(COLUMNS)).fetchall():
        names = [sql.Identifier(column) for column in columns]
        query = sql.SQL("SELECT {} FROM {} WHERE xmin::text::bigint > {}").format(
            sql.SQL(", ").join(names), sql.Identifier(table), sql.Literal(found[0])
        )
        for row in await (await database.execute(query)).fetchall():
            values = [Jsonb(value) if is_json else value for value, is_json in zip(row, are_json, strict=True)]
            rows.append((table, dict(zip(columns, values, strict=True))))
    await database.commit()
    print(f"{len(rows)} rows: {', '.join(sorted(table for table, _ in rows))}", flush=True)
    return rows


def _insert(table: str, row: Mapping[str, Any]) -> tuple[sql.Composed, list[Any]]:
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(f"bare_{table}"),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join([sql.Placeholder()] * len(row)),
    )
    return statement, list(row.values())
