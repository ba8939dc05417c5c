"""What the incidents service keeps of its neighbours, and what their events change in the attachments."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.projections import upsert
from events.contracts import ContractState, Party
from events.files import FileBindingRefused, FileErased, FileState
from events.identity import AddressChanged, OrganisationChanged, UserChanged
from incidents import event_mapper, feed, repository
from incidents.desk import service as desk
from incidents.models import CoveredContract, DeliveryAddress, Incident, Organisation, User
from incidents.searching import repository as searching
from web import clock
from web.text import codes
from web.text.folding import searchable


async def covered_contract(session: AsyncSession, event: ContractState) -> None:
    articles = [
        article.model_dump(include={"designation", "product_reference", "serial_number"}) for article in event.articles
    ]
    values = {
        "number": event.number,
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
        "serial_codes": sorted(_codes(_serials(event)) - _codes(event.credited_serial_numbers)),
    }
    if await upsert(session, CoveredContract, values, event.version) and event.client is not None:
        await _give_incidents(session, event.number, event.client)


def _serials(event: ContractState) -> list[str]:
    """A contract without articles covers its own product alone."""
    return [article.serial_number for article in event.articles] or [event.serial_number]


def _codes(serials: Iterable[str]) -> set[str]:
    return {codes.serial(each) for each in serials}


async def _give_incidents(session: AsyncSession, contract: str, to: Party) -> None:
    """Gives the incidents of a contract that had no client to its client. Identity's name of the client wins over the
    contract's."""
    waiting = await repository.incidents_without_client(session, contract)
    known = await repository.organisation(session, to.organisation_id) if waiting else None
    for incident in waiting:
        incident.give(to.organisation_id, known.name if known else to.name)
        await searching.give(session, incident)
        feed.tell(session, incident, event_mapper.client_given(incident, clock.now()))


async def _take_from_client(session: AsyncSession, incident: Incident) -> None:
    """Two resellers named one new client at the same moment. It is whose identity says, and reads nothing of the
    other's."""
    incident.take_from_client()
    await searching.give(session, incident)
    feed.tell(session, incident, event_mapper.client_given(incident, clock.now()))


async def organisation(session: AsyncSession, event: OrganisationChanged) -> None:
    values = {
        "id": event.organisation_id,
        "kind": event.kind,
        "name": event.name,
        "search_text": searchable([event.name]),
        "email": event.email,
        "phone": event.phone,
        "portal_access": event.portal_access,
        "reseller_id": event.reseller_id,
    }
    if await upsert(session, Organisation, values, event.version) and event.kind == "client":
        for incident in await repository.incidents_of_client(session, event.organisation_id):
            if event.reseller_id in (None, incident.reseller_id):
                incident.rename_client(event.name)
            else:
                await _take_from_client(session, incident)


async def user(session: AsyncSession, event: UserChanged) -> None:
    values = {
        "id": event.user_id,
        "organisation_id": event.organisation_id,
        "status": event.status,
        "name": f"{event.first_name} {event.last_name}".strip(),
        "first_name": event.first_name,
        "role": event.role,
        "login": codes.login(event.login) if event.organisation_kind == "sqp" else None,
    }
    works = event.status == "active" and event.role == "administrator"
    if await upsert(session, User, values, event.version) and event.organisation_kind == "sqp" and not works:
        await desk.has_left(session, event.user_id)


async def address(session: AsyncSession, event: AddressChanged) -> None:
    values = {
        "id": event.address_id,
        "organisation_id": event.organisation_id,
        "organisation_name": event.organisation_name,
        "address": event.address.model_dump(),
        "is_primary": event.primary,
        "deleted": event.deleted,
    }
    await upsert(session, DeliveryAddress, values, event.version)


async def file(session: AsyncSession, event: FileState) -> None:
    """Stores a bound file's full state from any event about it, in any order. Files that belong to no incident are
    ignored."""
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
        await searching.add_file(session, attachment)


async def file_erased(session: AsyncSession, event: FileErased) -> None:
    for attachment in await repository.attachments_of_file(session, event.file_id, event.version, None):
        attachment.state = "erased"
        await searching.remove_file(session, attachment)
        attachment.file_version = event.version


async def file_refused(session: AsyncSession, event: FileBindingRefused) -> None:
    """Refuses attachments that are still pending; one that is bound was accepted on this incident before."""
    attachment = await repository.shown_attachment(session, event.incident_number, event.file_id)
    if attachment is not None and attachment.state == "pending":
        attachment.state = "refused"
        attachment.refusal = event.reason
