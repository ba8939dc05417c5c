"""The files service under test, on a folder and on a real S3 server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import uvicorn

from devkit.harness import CLIENT, RESELLER, Harness, settings_for
from devkit.servers.s3 import S3Access
from devkit.servers.targets import PostgresTarget
from events.incidents import FileDetached, FilesAttached, IncidentEvent
from files.bootstrap import build
from files.settings import Settings
from web.auth.principal import Principal


@pytest.fixture(scope="session")
async def on_folder(
    postgres_server: PostgresTarget, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Harness]:
    folder = tmp_path_factory.mktemp("objects")
    settings = settings_for(Settings, postgres_server.provision("files"), storage_folder=folder)
    async with Harness.started(settings, build) as harness:
        yield harness


@pytest.fixture(scope="session")
async def on_s3(postgres_server: PostgresTarget, s3_server: S3Access) -> AsyncIterator[Harness]:
    settings = settings_for(
        Settings,
        postgres_server.provision("files_s3"),
        s3_endpoint=s3_server.url,
        s3_region=s3_server.region,
        s3_access_key=s3_server.access_key,
        s3_secret_key=s3_server.secret_key,
        s3_bucket="files-test",
    )
    async with Harness.started(settings, build) as harness:
        yield harness


@pytest.fixture
async def harness(on_folder: Harness) -> AsyncIterator[Harness]:
    yield on_folder
    await on_folder.clear()


@pytest.fixture(params=["on_folder", pytest.param("on_s3", marks=pytest.mark.s3)])
def chosen(request: pytest.FixtureRequest) -> Harness:
    harness: Harness = request.getfixturevalue(request.param)
    return harness


@pytest.fixture
async def stored(chosen: Harness) -> AsyncIterator[Harness]:
    """The service on each kind of store."""
    yield chosen
    await chosen.clear()


class Sender:
    """Uploads, and what is asked of a file afterwards, as one person."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness

    async def post(
        self, content: bytes, name: str = "note.txt", principal: Principal = RESELLER, **headers: str
    ) -> httpx.Response:
        async with self.harness.client(principal, **headers) as http:
            return await http.post("/api/v1/files", files={"file": (name, content)})

    async def stored(self, content: bytes = b"hello", name: str = "note.txt", principal: Principal = RESELLER) -> str:
        """The id of an uploaded file."""
        answer = await self.post(content, name, principal)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def clean(self, content: bytes = b"hello", name: str = "note.txt", principal: Principal = RESELLER) -> str:
        """The id of an uploaded and scanned file."""
        identifier = await self.stored(content, name, principal)
        await self.harness.run_jobs()
        return identifier

    async def get(self, path: str, principal: Principal | None = RESELLER, **headers: str) -> httpx.Response:
        async with self.harness.client(principal, **headers) as http:
            return await http.get(f"/api/v1/files/{path}")

    async def delete(self, identifier: str, principal: Principal | None = RESELLER) -> httpx.Response:
        async with self.harness.client(principal) as http:
            return await http.delete(f"/api/v1/files/{identifier}")


@pytest.fixture
def sender(harness: Harness) -> Sender:
    return Sender(harness)


@pytest.fixture
def to_store(stored: Harness) -> Sender:
    return Sender(stored)


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[int]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None, access_log=False))
    running = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await running


@pytest.fixture
async def port(stored: Harness) -> AsyncIterator[int]:
    """The port of a real server around ``stored``, for what only a socket can show."""
    async with serving(stored.app) as number:
        yield number


class Incidents:
    """What the incidents service would tell of the incident 20122301, the reseller's and the client's."""

    NUMBER = "20122301"

    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        self.version = 0

    async def attach(self, *files: str, by: Principal = RESELLER, scope: str = "declaration", **changes: Any) -> None:
        await self.tell(FilesAttached, by, file_ids=files, scope=scope, **changes)

    async def detach(self, file: str, by: Principal = RESELLER, **changes: Any) -> None:
        await self.tell(FileDetached, by, file_id=file, scope="declaration", **changes)

    async def tell(self, model: type[IncidentEvent], by: Principal, **changes: Any) -> None:
        self.version += 1
        await self.harness.deliver(model.model_validate({**self.said(by), **changes}))

    def said(self, by: Principal) -> dict[str, Any]:
        return {
            "version": self.version,
            "number": self.NUMBER,
            "contract_number": "29962",
            "title": "Disque",
            "reseller_id": RESELLER.organisation_id,
            "client_id": CLIENT.organisation_id,
            "status": "new",
            "at": datetime.now(UTC),
            "actor": {
                "user_id": by.user_id,
                "organisation_id": by.organisation_id,
                "organisation_kind": by.organisation_kind,
                "name": by.name,
            },
        }


@pytest.fixture
def incidents(harness: Harness) -> Incidents:
    return Incidents(harness)
