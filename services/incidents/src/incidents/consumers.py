"""What the incidents service learns from its neighbours."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging.consumer import Consumer
from events.contracts import ContractChanged, ContractExtended, ContractRegistered, ContractState
from events.files import FileBindingRefused, FileBound, FileErased, FileScanned, FileState
from events.identity import AddressChanged, OrganisationChanged
from incidents import learning

covers = Consumer("incidents.covers")
organisations = Consumer("incidents.organisations")
files = Consumer("incidents.files")


@covers.on(ContractRegistered, ContractChanged, ContractExtended)
async def learn_cover(session: AsyncSession, event: ContractState) -> None:
    await learning.cover(session, event)


@organisations.on(OrganisationChanged)
async def learn_organisation(session: AsyncSession, event: OrganisationChanged) -> None:
    await learning.organisation(session, event)


@organisations.on(AddressChanged)
async def learn_address(session: AsyncSession, event: AddressChanged) -> None:
    await learning.address(session, event)


@files.on(FileBound, FileScanned)
async def learn_file(session: AsyncSession, event: FileState) -> None:
    await learning.file(session, event)


@files.on(FileErased)
async def learn_file_erased(session: AsyncSession, event: FileErased) -> None:
    await learning.file_erased(session, event)


@files.on(FileBindingRefused)
async def learn_file_refused(session: AsyncSession, event: FileBindingRefused) -> None:
    await learning.file_refused(session, event)


CONSUMERS = (covers, organisations, files)
