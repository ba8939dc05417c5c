"""What an event of a neighbour changes in the read models and in the attachments. Older versions change nothing."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from events.contracts import ContractState
from events.files import FileBindingRefused, FileErased, FileState
from events.identity import AddressChanged, OrganisationChanged
from incidents import repository
from incidents.read_models import Cover, DeliveryAddress, Organisation


async def cover(session: AsyncSession, event: ContractState) -> None:
    articles = [
        article.model_dump(include={"designation", "product_reference", "serial_number"}) for article in event.articles
    ]
    values = {
        "number": event.number,
        "version": event.version,
        "product_reference": event.product_reference,
        "serial_number": event.serial_number,
        "articles": articles,
        "reseller_id": event.reseller.organisation_id,
        "reseller_name": event.reseller.name,
        "client_id": event.client.organisation_id if event.client else None,
        "client_name": event.client.name if event.client else None,
        "starts_on": event.starts_on,
        "warranty_ends_on": event.warranty_ends_on,
        "service_level": event.service_level,
    }
    await repository.learn(session, Cover, "number", values)


async def organisation(session: AsyncSession, event: OrganisationChanged) -> None:
    values = {
        "id": event.organisation_id,
        "version": event.version,
        "kind": event.kind,
        "name": event.name,
        "email": event.email,
        "phone": event.phone,
    }
    await repository.learn(session, Organisation, "id", values)


async def address(session: AsyncSession, event: AddressChanged) -> None:
    values = {
        "id": event.address_id,
        "version": event.version,
        "organisation_id": event.organisation_id,
        "organisation_name": event.organisation_name,
        "address": event.address.model_dump(),
        "is_primary": event.primary,
        "deleted": event.deleted,
    }
    await repository.learn(session, DeliveryAddress, "id", values)


async def file(session: AsyncSession, event: FileState) -> None:
    """A bound file's full state, whichever event brings it first; a file that no incident has is nobody's here."""
    if event.incident_number is None:
        return
    known = await repository.attachments_of_file(session, event.file_id, event.version, event.incident_number)
    for attachment in known:
        attachment.state = "bound"
        attachment.name = event.name
        attachment.media_type = event.media_type
        attachment.size = event.size
        attachment.scan = event.scan
        attachment.file_version = event.version


async def file_erased(session: AsyncSession, event: FileErased) -> None:
    for attachment in await repository.attachments_of_file(session, event.file_id, event.version, None):
        attachment.state = "erased"
        attachment.file_version = event.version


async def file_refused(session: AsyncSession, event: FileBindingRefused) -> None:
    """Only what still waits can be refused: a bound file has been accepted on this very incident."""
    attachment = await repository.shown_attachment(session, event.incident_number, event.file_id)
    if attachment is not None and attachment.state == "pending":
        attachment.state = "refused"
        attachment.refusal = event.reason
