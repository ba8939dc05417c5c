"""An import of BENCH_ROWS contracts by the back office, from the first byte of its body to its last block: the API
process, the worker with its broker, and the service's database; against COPY of all the rows that it leaves. Beside it
a reseller asks for its list again and again, as it does before with nothing else under way.

The rows that are copied are those of the import under other numbers, generated columns and indexes included, in one
transaction: no check, no event built, nothing relayed.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
from sqlalchemy import Table

from benchmarks.list_route import filled
from benchmarks.pairs import milliseconds, show
from benchmarks.servers import served
from chassis.processes import declare_topology
from chassis.provision import Databases
from chassis.tables import AuditEntry, OutboxMessage
from contracts import bootstrap
from contracts.models import Article, Change, Contract, Organisation
from contracts.settings import Settings
from devkit.harness import TestKeys, back_office, person, settings_for
from devkit.servers import process
from devkit.servers.targets import open_rabbitmq

ROWS = int(os.environ.get("BENCH_ROWS", "20000"))
PAIRS = int(os.environ.get("BENCH_PAIRS", "3"))
CLIENTS_OF = 4
RESELLERS = 50
PIECE = 500

# By table: which rows are the import's, and what of them must differ in a copy.
LEFT: dict[Any, tuple[str, dict[str, str]]] = {
    Organisation: ("code LIKE %(mark)s", {"id": "gen_random_uuid()", "code": "'C' || code"}),
    Contract: ("number LIKE %(mark)s", {"number": "'C' || number"}),
    Article: ("contract_number LIKE %(mark)s", {"contract_number": "'C' || contract_number"}),
    Change: ("number LIKE %(mark)s", {"number": "'C' || number", "sequence": "NULL"}),
    AuditEntry: ("subject LIKE %(mark)s", {"subject": "'C' || subject"}),
    OutboxMessage: (
        "payload->'data'->>'number' LIKE %(mark)s",
        {"id": "gen_random_uuid()", "aggregate": "'C' || aggregate"},
    ),
}
# The worker has nothing else to do.
NO_REMINDER = """
UPDATE contracts SET warranty_ends_on = current_date - 1, base_ends_on = current_date - 1
WHERE warranty_ends_on BETWEEN current_date AND current_date + 100
"""


async def main() -> None:
    async with AsyncExitStack() as stack:
        servers = stack.enter_context(ExitStack())
        room = Path(servers.enter_context(tempfile.TemporaryDirectory(prefix="sqp-bench-")))
        databases, _ = servers.enter_context(filled(room))
        with psycopg.connect(databases.owner_url) as connection:
            connection.execute(NO_REMINDER)
        rabbitmq = await asyncio.to_thread(open_rabbitmq, servers, room / "rabbitmq")
        broker = rabbitmq.create_vhost("bench")
        settings = settings_for(Settings, databases, events_url=broker, jobs_url=broker)
        await declare_topology(bootstrap.build(settings))
        keys = TestKeys()
        tokens = {
            who: keys.token(principal, settings, now=time.time(), lifetime=3600 * 4)
            for who, principal in {
                "office": back_office("contracts:write"),
                "reseller": person("reseller", "BENCH"),
            }.items()
        }
        environment = {"BENCH_KEY": keys.as_json(), "BENCH_DATABASE_URL": databases.app_url}
        [port] = process.free_ports(1)
        url = await stack.enter_async_context(
            served(["-m", "benchmarks.list_ours", str(port)], port, room, environment)
        )
        driver = settings.database_url.get_secret_value()
        processed = {"CONTRACTS_DATABASE_URL": driver, "CONTRACTS_EVENTS_URL": broker, "CONTRACTS_JOBS_URL": broker}
        worker = process.spawn(
            [sys.executable, "-m", "contracts", "worker"], log=room / "worker.log", env={**os.environ, **processed}
        )
        stack.callback(process.end, worker, [])
        http = await stack.enter_async_context(aiohttp.ClientSession())
        await measure(http, f"{url}/api/v1", tokens, databases)


async def measure(http: aiohttp.ClientSession, api: str, tokens: dict[str, str], databases: Databases) -> None:
    headers = {who: {"Authorization": f"Bearer {token}"} for who, token in tokens.items()}
    mine = f"{api}/contracts?limit=25"
    await imported(http, api, headers["office"], "W", 1_000)
    rates, copies, quiet, busy = [], [], [], []
    for turn in range(PAIRS):
        alone = [await milliseconds(http, mine, headers["reseller"]) for _ in range(400)]
        reading = asyncio.create_task(read_on(http, mine, headers["reseller"]))
        rates.append(await imported(http, api, headers["office"], f"I{turn}", ROWS))
        reading.cancel()
        quiet.append(p99(alone))
        busy.append(p99(await reading))
        copies.append(await asyncio.to_thread(copied, databases.owner_url, f"I{turn}"))
    show("import    rows/s", rates)
    show("COPY      rows/s", copies)
    show("ratio", [one / other for one, other in zip(rates, copies, strict=True)], digits=3)
    show("list alone, p99 ms", quiet, digits=1)
    show("list beside it, p99 ms", busy, digits=1)
    show("ratio", [one / other for one, other in zip(busy, quiet, strict=True)], digits=2)


async def imported(http: aiohttp.ClientSession, api: str, headers: dict[str, str], mark: str, rows: int) -> float:
    """Contracts a second."""
    started = time.perf_counter()
    sent = {**headers, "Content-Type": "application/x-ndjson"}
    async with http.post(f"{api}/backoffice/imports", data=body(mark, rows), headers=sent) as answer:
        answer.raise_for_status()
        identifier = (await answer.json())["id"]
    received = time.perf_counter() - started
    while True:
        async with http.get(f"{api}/backoffice/imports/{identifier}", headers=headers) as answer:
            answer.raise_for_status()
            found = await answer.json()
        if found["state"] == "done":
            break
        await asyncio.sleep(0.05)
    if found["created"] != rows:
        raise RuntimeError(str(found))
    seconds = time.perf_counter() - started
    print(f"{rows:,} contracts in {seconds:.1f} s, of which the body {received:.1f} s", flush=True)
    return rows / seconds


async def body(mark: str, rows: int) -> AsyncIterator[bytes]:
    for start in range(0, rows, PIECE):
        yield b"".join(line(mark, number) for number in range(start, min(start + PIECE, rows)))


def line(mark: str, number: int) -> bytes:
    client, reseller = number // CLIENTS_OF, number // CLIENTS_OF % RESELLERS
    contract = {
        "number": f"{mark}-{number}",
        "product_reference": f"TS-{number % 500}",
        "serial_number": f"Q{mark}{number}",
        "reseller": {"code": f"R{reseller}", "name": f"Revendeur {reseller}", "email": f"r{reseller}@example.fr"},
        "client": {"code": f"{mark}-{client}", "name": f"Client {client}", "email": f"c{client}@example.fr"},
        "starts_on": "2026-01-01",
        "warranty_ends_on": f"{2027 + number % 5}-06-30",
        "service_level": "Envoi express J+1",
        "articles": [
            {"designation": "NAS", "product_reference": f"TS-{number % 500}", "serial_number": f"Q{mark}{number}"},
            {"designation": "Disque", "product_reference": "ST1000VN002", "serial_number": f"D{mark}{number}"},
        ],
    }
    return json.dumps(contract).encode() + b"\n"


async def read_on(http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> list[float]:
    """Until cancelled: what each answer took."""
    taken = []
    try:
        while True:
            taken.append(await milliseconds(http, url, headers))
    except asyncio.CancelledError:
        return taken


def p99(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=100)[98]


def copied(url: str, mark: str) -> float:
    """Contracts a second."""
    parts = []
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for model, (which, changed) in LEFT.items():
            columns = [each.name for each in plain(model.__table__)]
            chosen = ", ".join(changed.get(name, name) for name in columns)
            query = f"COPY (SELECT {chosen} FROM {model.__tablename__} WHERE {which}) TO STDOUT"
            with cursor.copy(query.replace("%(mark)s", f"'{mark}-%'")) as out:
                parts.append((model.__tablename__, columns, b"".join(bytes(each) for each in out)))
        connection.commit()
        started = time.perf_counter()
        for table, columns, content in parts:
            with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as into:
                into.write(content)
        connection.commit()
        return ROWS / (time.perf_counter() - started)


def plain(table: Table) -> list[Any]:
    """The columns that are written, and not numbered or generated."""
    return [each for each in table.columns if each.computed is None and each.identity is None]
