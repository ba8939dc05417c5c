"""Scans, and what is cleared away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from chassis.storage.interface import ObjectMissing
from devkit.harness import Harness
from devkit.servers.clamav import Clamd
from devkit.servers.process import Missing, free_port
from events.files import FileErased, FileScanned
from files.bootstrap import build
from files.models import StoredFile
from files.processing import scan
from files.scanners import EICAR, ClamAV, EicarScanner, Scanner, ScannerAway
from files.settings import Settings
from web import clock


async def pieces(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Any:
    try:
        with Clamd(tmp_path_factory.mktemp("clamd")) as running:
            yield running
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=["eicar", "clamav"])
def scanner(request: pytest.FixtureRequest) -> Scanner:
    if request.param == "eicar":
        return EicarScanner()
    return ClamAV(request.getfixturevalue("clamd").url, 20)


class TestAnyScanner:
    @pytest.mark.parametrize("size", [10, 67, 4096])
    async def test_the_eicar_file_is_infected(self, scanner: Scanner, size: int) -> None:
        assert await scanner.infected(pieces(EICAR, size))

    async def test_other_content_is_clean(self, scanner: Scanner) -> None:
        assert not await scanner.infected(pieces(b"a log line\n" * 100_000, 65_536))


class TestClamAV:
    async def test_a_scanner_that_is_down_gives_no_verdict(self) -> None:
        with pytest.raises(ScannerAway):
            await ClamAV(f"tcp://127.0.0.1:{free_port()}", 5).infected(pieces(b"x", 1))

    async def test_a_stream_beyond_its_limit_gives_no_verdict(self, clamd: Clamd) -> None:
        with pytest.raises(ScannerAway):
            await ClamAV(clamd.url, 20).infected(pieces(bytes(27 * 1024 * 1024), 65_536))

    async def test_a_socket_that_is_not_there_gives_no_verdict(self, tmp_path: Path) -> None:
        with pytest.raises(ScannerAway):
            await ClamAV(f"unix://{tmp_path}/none.sock", 5).infected(pieces(b"x", 1))

    def test_an_address_of_another_kind_is_refused(self) -> None:
        with pytest.raises(ValueError, match="tcp://"):
            ClamAV("http://scanner", 5)


def test_without_a_scanner_the_service_says_that_it_has_none(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    service = build(Settings(environment="test", storage_folder=tmp_path))
    assert not service.resources.scanner.is_virus_scanner
    assert "NOT A VIRUS SCANNER" in caplog.text


async def row(harness: Harness, **changes: Any) -> StoredFile:
    async with harness.service.database.transaction() as session:
        if changes:
            await session.execute(update(StoredFile).values(**changes))
        [only] = list(await session.scalars(select(StoredFile)))
        return only


async def test_an_infected_file_loses_its_bytes_and_keeps_its_row(sender: Any, incidents: Any) -> None:
    file = await sender.stored(EICAR, "eicar.txt")
    key = (await row(sender.harness)).object_key
    await incidents.attach(file)
    await sender.harness.run_jobs()
    [told] = await sender.harness.told(FileScanned)
    assert isinstance(told, FileScanned)
    assert (told.scan, told.incident_number) == ("infected", "20122301")
    assert await sender.harness.told(FileErased) == []
    assert not await sender.harness.service.resources.storage.exists(key)
    assert (await sender.get(file)).json()["scan"] == "infected"
    answer = await sender.get(f"{file}/content")
    assert (answer.status_code, answer.json()["code"]) == (410, "file_infected")


async def test_an_infected_file_taken_off_its_incident_is_told_erased(sender: Any, incidents: Any) -> None:
    file = await sender.clean(EICAR, "eicar.txt")
    await incidents.attach(file)
    await incidents.detach(file)
    assert len(await sender.harness.told(FileErased)) == 1
    assert (await sender.get(file)).status_code == 404


async def test_a_scan_that_runs_twice_tells_once(sender: Any, incidents: Any) -> None:
    file = await sender.stored()
    await incidents.attach(file)
    key = (await row(sender.harness)).object_key
    await sender.harness.run_jobs()
    await sender.harness.run_job("files.scan", file_id=file, object_key=key)
    assert len(await sender.harness.told(FileScanned)) == 1


class Down:
    name = "down"
    description = ""
    is_virus_scanner = True

    async def infected(self, content: AsyncIterator[bytes]) -> bool:
        raise ScannerAway("connection refused")


async def test_while_the_scanner_is_down_a_file_is_pending_and_never_clean(
    sender: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = await sender.stored()
    held = sender.harness.service.resources
    resources = type(held)(held.storage, Down())
    key = (await row(sender.harness)).object_key
    assert key
    with pytest.raises(ScannerAway):
        async with sender.harness.service.database.transaction() as session:
            await scan(resources, session, file, key)
    assert (await sender.get(file)).json()["scan"] == "pending"
    assert (await sender.get(f"{file}/content")).status_code == 409


async def test_a_scan_that_was_given_up_is_asked_for_again(sender: Any) -> None:
    await sender.stored()
    harness = sender.harness
    await harness.run_job("files.rescan")
    assert [name for name, _ in await harness.enqueued()] == ["files.scan"]
    await row(harness, scan_asked_at=clock.now() - timedelta(hours=5))
    await harness.run_job("files.rescan")
    await harness.run_job("files.rescan")
    assert [name for name, _ in await harness.enqueued()] == ["files.scan"] * 2


async def test_a_lost_object_is_not_taken_for_clean(sender: Any) -> None:
    file = await sender.stored()
    key = (await row(sender.harness)).object_key
    await sender.harness.service.resources.storage.delete(key)
    with pytest.raises(ObjectMissing):
        await sender.harness.run_job("files.scan", file_id=file, object_key=key)
    assert (await sender.get(file)).json()["scan"] == "pending"


class TestSweep:
    async def test_a_file_tied_to_nothing_is_erased_after_24_hours(self, sender: Any) -> None:
        file = await sender.clean()
        key = (await row(sender.harness, created_at=clock.now() - timedelta(hours=23))).object_key
        await sender.harness.run_job("files.sweep")
        assert (await sender.get(file)).status_code == 200
        await row(sender.harness, created_at=clock.now() - timedelta(hours=25))
        await sender.harness.run_job("files.sweep")
        assert (await sender.get(file)).status_code == 404
        await sender.harness.run_jobs()
        assert not await sender.harness.service.resources.storage.exists(key)
        assert await count(sender.harness) == 0
        assert await sender.harness.told() == []

    async def test_a_bound_file_stays(self, sender: Any, incidents: Any) -> None:
        file = await sender.clean()
        await incidents.attach(file)
        await row(sender.harness, created_at=clock.now() - timedelta(days=400))
        await sender.harness.run_job("files.sweep")
        assert (await sender.get(file)).status_code == 200

    async def test_what_a_dead_process_left_is_found_by_its_row(self, sender: Any) -> None:
        await sender.clean()
        values = {"stage": "uploading", "created_at": clock.now() - timedelta(hours=25)}
        key = (await row(sender.harness, **values)).object_key
        await sender.harness.run_job("files.sweep")
        await sender.harness.run_jobs()
        assert not await sender.harness.service.resources.storage.exists(key)
        assert await count(sender.harness) == 0

    async def test_an_infected_file_that_no_incident_has_goes_too(self, sender: Any) -> None:
        await sender.clean(EICAR, "eicar.txt")
        await row(sender.harness, created_at=clock.now() - timedelta(hours=25))
        await sender.harness.run_job("files.sweep")
        await sender.harness.run_jobs()
        assert await count(sender.harness) == 0


async def count(harness: Harness) -> int:
    async with harness.service.database.transaction() as session:
        return len(list(await session.scalars(select(StoredFile))))
