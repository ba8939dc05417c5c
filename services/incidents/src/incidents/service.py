"""The order of work when incidents change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import clock
from chassis.http.preconditions import Precondition
from chassis.messaging import outbox
from events.incidents import (
    Actor,
    FileDetached,
    FilesAttached,
    IncidentDeclared,
    IncidentStatusChanged,
    MessagePosted,
    Scope,
    Thread,
)
from incidents import repository, schemas, states
from incidents.errors import (
    AttachmentNotFound,
    ContractNotFound,
    FileAlreadyAttached,
    IncidentNotFound,
    UnknownAddress,
    UnknownLinkedIncident,
)
from incidents.models import Attachment, HistoryEntry, Incident, Message
from incidents.read_models import Cover
from incidents.telling import PLATFORM, about, excerpt

CLOSES_AFTER = timedelta(days=14)
CLOSED_AT_ONCE = 500


async def declare(session: AsyncSession, wanted: schemas.IncidentCreate, by: Actor) -> Incident:
    """A new incident on a contract that covers it today; tells it, and the files that it names."""
    at = clock.now()
    cover = await repository.cover(session, wanted.contract_number, by)
    if cover is None:
        raise ContractNotFound(number=wanted.contract_number)
    cover.require_in_force(_day(at))
    articles = cover.concerned(wanted.serial_numbers)
    address = await _address(session, cover, wanted.delivery_address, by)
    await _check_link(session, wanted, by)
    incident = Incident(
        **await _number(session, at),
        **await _as_of_today(session, cover),
        **wanted.model_dump(include={"title", "nature", "description", "linked_to"}),
        version=1,
        status="new",
        articles=articles,
        delivery_address=address,
        declared_at=at,
        declarer_id=by.organisation_id,
        declarer_kind=by.organisation_kind,
        declared_by=by.user_id,
        declared_by_name=by.name,
    )
    incident.settle()
    session.add(incident)
    await session.flush()
    session.add(HistoryEntry.of(incident, None, "new", by, at))
    outbox.add(
        session,
        IncidentDeclared(
            **about(incident, by, at),
            nature=incident.nature,
            product_reference=incident.product_reference,
            serial_numbers=[article["serial_number"] for article in articles],
        ),
    )
    await _attach(session, incident, wanted.file_ids, "declaration", by, at)
    return incident


async def move(
    session: AsyncSession, number: str, wanted: schemas.StatusChange, by: Actor, precondition: Precondition
) -> Incident:
    incident = await _for_change(session, number, by)
    precondition.check(incident.version)
    _move(session, incident, wanted, by, clock.now())
    return incident


async def post(
    session: AsyncSession, number: str, thread: Thread, wanted: schemas.MessageCreate, by: Actor
) -> tuple[Incident, Message]:
    """A message in a thread that ``by`` takes part in, with its files."""
    incident = await _for_change(session, number, by)
    incident.require_thread(thread, by)
    incident.require_going()
    at = clock.now()
    message = Message(
        id=uuid4(),
        incident_number=number,
        thread=thread,
        body=wanted.body,
        at=at,
        author_id=by.user_id,
        author_name=by.name,
        organisation_id=by.organisation_id,
        organisation_kind=by.organisation_kind,
    )
    session.add(message)
    await session.flush()
    incident.grow()
    told = MessagePosted(**about(incident, by, at), message_id=message.id, thread=thread, excerpt=excerpt(message.body))
    outbox.add(session, told)
    await _attach(session, incident, wanted.file_ids, thread, by, at, message.id)
    return incident, message


async def attach(
    session: AsyncSession, number: str, wanted: schemas.FilesCreate, by: Actor
) -> tuple[Incident, Sequence[Attachment]]:
    incident = await _for_change(session, number, by)
    incident.require_attachable(wanted.scope, by)
    return incident, await _attach(session, incident, wanted.file_ids, wanted.scope, by, clock.now())


async def detach(session: AsyncSession, number: str, file_id: UUID, by: Actor) -> None:
    """Takes a file off the incident and tells it: files then erases it."""
    incident = await _for_change(session, number, by)
    attachment = await repository.shown_attachment(session, number, file_id)
    readable = states.scopes(by.organisation_kind, incident.client_id)
    if attachment is None or attachment.scope not in readable:
        raise AttachmentNotFound
    attachment.detach(incident, by)
    incident.grow()
    outbox.add(session, FileDetached(**about(incident, by, clock.now()), file_id=file_id, scope=attachment.scope))


async def close_resolved(session: AsyncSession) -> int:
    """Closes what was resolved fourteen days ago, at most 500 a call; how many."""
    at = clock.now()
    due = await repository.resolved_before(session, at - CLOSES_AFTER, CLOSED_AT_ONCE)
    for incident in due:
        _move(session, incident, schemas.StatusChange(status="closed"), PLATFORM, at)
    return len(due)


def _move(session: AsyncSession, incident: Incident, wanted: schemas.StatusChange, by: Actor, at: datetime) -> None:
    previous = incident.status
    session.add(incident.move(wanted.status, by, at, reason=wanted.reason, note=wanted.note))
    incident.grow()
    told = IncidentStatusChanged(**about(incident, by, at), previous_status=previous, note=wanted.note)
    outbox.add(session, told)


async def _attach(
    session: AsyncSession,
    incident: Incident,
    file_ids: Sequence[UUID],
    scope: Scope,
    by: Actor,
    at: datetime,
    message_id: UUID | None = None,
) -> Sequence[Attachment]:
    """Names the files, all at once; whether they may be bound is for the files service to say."""
    if not file_ids:
        return []
    known = await repository.any_attached(session, incident.number, file_ids)
    if known is not None:
        raise FileAlreadyAttached(file_id=str(known), field="file_ids")
    attachments = [_attachment(incident, file_id, scope, by, at, message_id) for file_id in file_ids]
    session.add_all(attachments)
    incident.grow()
    told = FilesAttached(**about(incident, by, at), file_ids=list(file_ids), scope=scope, message_id=message_id)
    outbox.add(session, told)
    return attachments


def _attachment(
    incident: Incident, file_id: UUID, scope: Scope, by: Actor, at: datetime, message_id: UUID | None
) -> Attachment:
    return Attachment(
        incident_number=incident.number,
        file_id=file_id,
        scope=scope,
        message_id=message_id,
        state="pending",
        file_version=0,
        attached_at=at,
        attached_by=by.user_id,
        attached_by_name=by.name,
        organisation_id=by.organisation_id,
        organisation_kind=by.organisation_kind,
    )


async def _for_change(session: AsyncSession, number: str, by: Actor) -> Incident:
    incident = await repository.find_for_change(session, number, by)
    if incident is None:
        raise IncidentNotFound(number=number)
    return incident


async def _check_link(session: AsyncSession, wanted: schemas.IncidentCreate, by: Actor) -> None:
    if wanted.linked_to is None:
        return
    if not await repository.incident_of_contract(session, wanted.linked_to, wanted.contract_number, by):
        raise UnknownLinkedIncident(linked_to=wanted.linked_to, field="linked_to")


async def _address(session: AsyncSession, cover: Cover, choice: schemas.DeliveryChoice, by: Actor) -> dict[str, Any]:
    """A copy of the address on offer, or the new one."""
    if choice.address_id is None:
        assert choice.address is not None, "the request holds one of the two"
        return choice.address.model_dump()
    offered = [identifier for identifier in (cover.client_id, by.organisation_id) if identifier]
    known = await repository.offered_address(session, choice.address_id, offered)
    if known is None:
        raise UnknownAddress(field="delivery_address.address_id")
    return dict(known.address)


async def _number(session: AsyncSession, at: datetime) -> dict[str, str]:
    day = _day(at)
    counter = await repository.next_of_day(session, day)
    return {"number": f"{day:%y%m%d}{counter:02d}", "number_key": f"{day:%Y%m%d}{counter:08d}"}


async def _as_of_today(session: AsyncSession, cover: Cover) -> dict[str, Any]:
    """What the incident keeps of its contract and parties. Identity's name of a party outranks the back office's."""
    reseller = await repository.organisation(session, cover.reseller_id)
    client = await repository.organisation(session, cover.client_id) if cover.client_id else None
    return {
        "contract_number": cover.number,
        "product_reference": cover.product_reference,
        "serial_number": cover.serial_number,
        "starts_on": cover.starts_on,
        "warranty_ends_on": cover.warranty_ends_on,
        "service_level": cover.service_level,
        "reseller_id": cover.reseller_id,
        "reseller_name": reseller.name if reseller else cover.reseller_name,
        "client_id": cover.client_id,
        "client_name": client.name if client else cover.client_name,
    }


def _day(at: datetime) -> date:
    return at.astimezone(clock.PARIS).date()
