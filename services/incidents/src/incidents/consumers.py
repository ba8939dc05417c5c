"""The events that the incidents service consumes."""

from __future__ import annotations

from chassis.messaging.consumer import Consumer
from events.contracts import ContractChanged, ContractExtended, ContractRegistered
from events.files import FileBindingRefused, FileBound, FileErased, FileScanned
from events.identity import AddressChanged, OrganisationChanged, UserChanged
from incidents import projections


def consumers() -> tuple[Consumer, ...]:
    contracts = Consumer("incidents.covers")
    contracts.on(ContractRegistered, ContractChanged, ContractExtended)(projections.covered_contract)

    identity = Consumer("incidents.organisations")
    identity.on(OrganisationChanged)(projections.organisation)
    identity.on(UserChanged)(projections.user)
    identity.on(AddressChanged)(projections.address)

    files = Consumer("incidents.files")
    files.on(FileBound, FileScanned)(projections.file)
    files.on(FileErased)(projections.file_erased)
    files.on(FileBindingRefused)(projections.file_refused)
    return (contracts, identity, files)
