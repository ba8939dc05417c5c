"""A covered product is declared to be at fault."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api import incidents as schemas
from events.incidents import Actor
from incidents import event_mapper, feed, repository
from incidents.desk import service as desk
from incidents.errors import (
    ContractNotFound,
    DeclaredAlready,
    SerialLeft,
    UnknownAddress,
    UnknownLinkedIncident,
    UnknownSerial,
)
from incidents.exchanges import units
from incidents.models import CoveredContract, HistoryEntry, Incident
from incidents.promises import service as promises
from incidents.searching import repository as searching
from incidents.service import callers
from incidents.service.attachments import attach_to
from incidents.service.callers import Declarer
from incidents.sharing import service as sharing
from web import clock
from web.text import codes
from web.text.folding import fold

# A form that comes back from the browser's memory and is sent again.
SAME_DECLARATION = timedelta(minutes=10)


async def declare(session: AsyncSession, wanted: schemas.IncidentCreate, by: Actor) -> Incident:
    """A new incident on a contract that covers it today; with the files that it names. SQP's is the caller's."""
    at = clock.now()
    contract = await repository.covered_contract(session, wanted.contract_number, by)
    if contract is None:
        raise ContractNotFound(number=wanted.contract_number)
    contract.require_in_force(clock.day(at))
    declarer = await callers.declarer(session, contract, wanted.on_behalf, by)
    articles = await _concerned(session, contract, wanted.serial_numbers)
    address = await _address(session, contract, wanted.delivery_address, declarer)
    await _check_link(session, wanted, by)
    number = await _number(session, at)
    await _check_repeat(session, wanted, articles, by, at)
    incident = Incident(
        **number,
        **await _as_of_today(session, contract),
        **wanted.model_dump(
            exclude={
                "contract_number",
                "serial_numbers",
                "file_ids",
                "delivery_address",
                "promise_revision",
                "on_behalf",
                "sharing",
            }
        ),
        version=1,
        revision=1,
        status="new",
        articles=articles,
        delivery_address=address,
        declared_at=at,
        declarer_id=declarer.organisation_id,
        declarer_kind=declarer.kind,
        declared_by=by.user_id,
        declared_by_name=by.name,
        caller_id=declarer.caller.user_id if declarer.caller else None,
        caller_name=declarer.caller.name if declarer.caller else None,
    )
    incident.refresh_search_columns()
    await sharing.begin(session, incident, wanted.sharing, by)
    session.add(incident)
    await session.flush()
    promise = await promises.make(session, incident, at, wanted.promise_revision)
    session.add(HistoryEntry.of(incident, None, "new", by, at))
    promised_on = promise.dispatch_on if promise else None
    feed.tell(session, incident, event_mapper.declared(incident, by, at, promised_on, declarer.caller))
    await attach_to(session, incident, wanted.file_ids, "declaration", by, at)
    await searching.add_declaration(session, incident)
    await desk.follow(session, incident, at)
    return incident


async def _concerned(session: AsyncSession, contract: CoveredContract, serials: list[str]) -> list[dict[str, str]]:
    """Of a unit that was exchanged, or taken back, it is said so."""
    try:
        return contract.concerned(serials)
    except UnknownSerial as unknown:
        serial = unknown.members["serial"]
        with suppress(SerialLeft):
            await units.require_in_use(session, contract.number, serial, clock.today(), "serial_numbers")
        raise


async def _check_repeat(
    session: AsyncSession, wanted: schemas.IncidentCreate, articles: list[dict[str, str]], by: Actor, at: datetime
) -> None:
    """Call it under the day's lock, so that two repeats cannot pass each other."""
    since = at - SAME_DECLARATION
    lately = await repository.declared_since(session, since, by, wanted.contract_number, fold(wanted.title))
    for incident in lately:
        if _serials(incident.articles) == _serials(articles):
            raise DeclaredAlready(number=incident.number)


def _serials(articles: list[dict[str, str]]) -> set[str]:
    return {codes.serial(article["serial_number"]) for article in articles}


async def _check_link(session: AsyncSession, wanted: schemas.IncidentCreate, by: Actor) -> None:
    if wanted.linked_to is None:
        return
    if not await repository.incident_of_contract(session, wanted.linked_to, wanted.contract_number, by):
        raise UnknownLinkedIncident(linked_to=wanted.linked_to, field="linked_to")


async def _address(
    session: AsyncSession, contract: CoveredContract, choice: schemas.DeliveryChoice, declarer: Declarer
) -> dict[str, Any]:
    """A copy of the address on offer, or the new one. On offer are the declarer's and the client's."""
    if choice.address_id is None:
        assert choice.address is not None, "the request holds one of the two"
        return choice.address.model_dump()
    offered = [identifier for identifier in (contract.client_id, declarer.organisation_id) if identifier]
    known = await repository.offered_address(session, choice.address_id, offered)
    if known is None:
        raise UnknownAddress(field="delivery_address.address_id")
    return dict(known.address)


async def _number(session: AsyncSession, at: datetime) -> dict[str, str]:
    day = clock.day(at)
    counter = await repository.next_of_day(session, day)
    return {"number": f"{day:%y%m%d}{counter:02d}", "number_key": f"{day:%Y%m%d}{counter:08d}"}


async def _as_of_today(session: AsyncSession, contract: CoveredContract) -> dict[str, Any]:
    """What the incident keeps of its contract and parties. Identity's name of a party outranks the back office's."""
    reseller = await repository.organisation(session, contract.reseller_id)
    client = await repository.organisation(session, contract.client_id) if contract.client_id else None
    has_client = client is None or client.is_of(contract.reseller_id)
    return {
        "contract_number": contract.number,
        "product_reference": contract.product_reference,
        "serial_number": contract.serial_number,
        "starts_on": contract.starts_on,
        "warranty_ends_on": contract.warranty_ends_on,
        "service_level": contract.service_level,
        "reseller_id": contract.reseller_id,
        "reseller_name": reseller.name if reseller else contract.reseller_name,
        "client_id": contract.client_id if has_client else None,
        "client_name": (client.name if client else contract.client_name) if has_client else None,
    }
