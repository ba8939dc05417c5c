"""Incidents name files; files binds, refuses, erases, and says so."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from devkit.harness import CLIENT, OTHER_RESELLER, RESELLER, SQP, Harness
from events.files import FileBindingRefused, FileBound, FileErased, FileScanned
from events.incidents import FilesAttached
from files.models import StoredFile


async def row(harness: Harness, identifier: str) -> StoredFile:
    async with harness.service.database.transaction() as session:
        return (await session.scalars(select(StoredFile).where(StoredFile.id == UUID(identifier)))).one()


async def reasons(harness: Harness) -> list[str]:
    return [event.reason for event in await harness.told(FileBindingRefused) if isinstance(event, FileBindingRefused)]


async def test_an_uploaders_own_unbound_file_is_bound_and_told(sender: Any, incidents: Any) -> None:
    file = await sender.clean(b"hello", "note.txt")
    await incidents.attach(file, scope="client")
    [told] = await sender.harness.told()
    assert isinstance(told, FileBound)
    assert (str(told.file_id), told.incident_number, told.scope) == (file, "20122301", "client")
    assert (told.name, told.size, told.scan, told.version) == ("note.txt", 5, "clean", 3)
    assert told.uploader_id == RESELLER.user_id
    seen = (await sender.get(file)).json()
    assert (seen["incident_number"], seen["scope"]) == ("20122301", "client")


async def test_a_repeated_event_changes_nothing(sender: Any, incidents: Any) -> None:
    file, event_id = await sender.stored(), uuid4()
    event = FilesAttached.model_validate({**incidents.said(RESELLER), "version": 1, "file_ids": [file], "scope": "sqp"})
    assert await sender.harness.deliver(event, event_id=event_id) == 1
    assert await sender.harness.deliver(event, event_id=event_id) == 0
    assert await sender.harness.deliver(event) == 1  # told again under another id
    assert len(await sender.harness.told()) == 1


async def test_a_file_of_somebody_else_is_not_bound(sender: Any, incidents: Any) -> None:
    file = await sender.stored(principal=OTHER_RESELLER)
    await incidents.attach(file, by=RESELLER)
    assert await reasons(sender.harness) == ["foreign"]
    assert (await sender.get(file)).status_code == 404
    assert (await sender.get(file, OTHER_RESELLER)).json()["incident_number"] is None


async def test_a_bound_file_is_not_bound_again(sender: Any, incidents: Any) -> None:
    file = await sender.stored()
    await incidents.attach(file, scope="declaration")
    await incidents.attach(file, scope="client", number="20122302")
    assert await reasons(sender.harness) == ["already_bound"]
    assert (await sender.get(file)).json()["incident_number"] == "20122301"


async def test_a_file_that_does_not_exist_is_refused_and_the_others_are_bound(sender: Any, incidents: Any) -> None:
    file, missing = await sender.stored(), str(uuid4())
    await incidents.attach(missing, file, missing)
    assert await reasons(sender.harness) == ["unknown"]
    assert len(await sender.harness.told(FileBound)) == 1


async def test_versions_grow_with_every_told_event(sender: Any, incidents: Any) -> None:
    file = await sender.stored()
    await incidents.attach(file)
    await sender.harness.run_jobs()
    await incidents.detach(file)
    await sender.harness.run_jobs()
    told = await sender.harness.told()
    assert [type(event) for event in told] == [FileBound, FileScanned, FileErased]
    assert [event.version for event in told] == [2, 3, 4]


async def test_a_detached_file_is_out_of_sight_at_once_and_its_bytes_follow(sender: Any, incidents: Any) -> None:
    file = await sender.clean()
    await incidents.attach(file)
    key = (await row(sender.harness, file)).object_key
    await incidents.detach(file)
    assert (await sender.get(file)).status_code == 404
    assert (await sender.get(f"{file}/content")).status_code == 404
    assert await sender.harness.told(FileErased) == []
    await sender.harness.run_jobs()
    assert len(await sender.harness.told(FileErased)) == 1
    assert not await sender.harness.service.resources.storage.exists(key)
    assert (await row(sender.harness, file)).object_key is None


async def test_a_file_is_not_detached_from_an_incident_that_it_is_not_of(sender: Any, incidents: Any) -> None:
    """Whoever names a foreign file on an incident and takes it off again erases nothing."""
    theirs = await sender.clean(principal=OTHER_RESELLER)
    await incidents.attach(theirs, by=RESELLER)
    await incidents.detach(theirs, by=RESELLER)
    await sender.harness.run_jobs()
    assert (await sender.get(theirs, OTHER_RESELLER)).status_code == 200


async def test_a_detachment_that_arrives_first_wins(sender: Any, incidents: Any) -> None:
    file = await sender.clean()
    await incidents.detach(file, version=8)
    assert (await sender.get(file)).status_code == 200
    await incidents.attach(file, version=7)
    assert (await sender.get(file)).status_code == 404
    await sender.harness.run_jobs()
    assert [type(event) for event in await sender.harness.told()] == [FileBound, FileErased]


async def test_an_attachment_after_a_detachment_binds(sender: Any, incidents: Any) -> None:
    file = await sender.clean()
    await incidents.detach(file, version=3)
    await incidents.attach(file, version=4)
    assert (await sender.get(file)).json()["incident_number"] == "20122301"


async def test_an_older_event_about_an_incident_does_not_move_it(sender: Any, incidents: Any) -> None:
    file = await sender.clean()
    await incidents.attach(file, version=5)
    assert (await sender.get(file, CLIENT)).status_code == 200
    other = await sender.clean()
    await incidents.attach(other, version=4, client_id=None)
    assert (await sender.get(file, CLIENT)).status_code == 200


async def test_the_platform_itself_binds_nothing(sender: Any, incidents: Any) -> None:
    file = await sender.stored()
    nobody = {"user_id": None, "organisation_id": None, "organisation_kind": None, "name": "SQP"}
    await incidents.attach(file, actor=nobody)
    assert await reasons(sender.harness) == ["foreign"]


async def test_sqp_binds_its_own_files_to_its_thread(sender: Any, incidents: Any) -> None:
    file = await sender.clean(principal=SQP)
    await incidents.attach(file, by=SQP, scope="sqp")
    assert len(await sender.harness.told(FileBound)) == 1
    assert (await sender.get(file, RESELLER)).status_code == 200
