"""What the contracts service keeps of its neighbours."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import audit
from chassis.projections import upsert
from contracts import event_mapper, feed, repository
from contracts.hardware.models import Replacement
from contracts.models import Contract, Organisation
from events.identity import OrganisationChanged
from events.incidents import ExchangeChanged
from web import clock
from web.text.folding import searchable

KEPT_OF_AN_EXCHANGE = {
    "exchange_id",
    "line",
    "serial_number",
    "product_reference",
    "replacement_serial_number",
    "replacement_reference",
    "reserved_at",
    "cover",
    "dispatch",
}


async def organisation(session: AsyncSession, event: OrganisationChanged) -> None:
    """Identity's names replace the seeds, on the contracts' copies too."""
    values = {
        "id": event.organisation_id,
        "kind": event.kind,
        "code": event.code,
        "name": event.name,
        "email": event.email,
        "phone": event.phone,
        "reseller_id": event.reseller_id,
        "search_text": searchable([event.name]),
    }
    if not await upsert(session, Organisation, values, event.version) or event.kind != "client":
        return
    for contract in await repository.held_by(session, event.organisation_id):
        if event.reseller_id not in (None, contract.reseller_id):
            _take_from_client(session, contract, event)
            continue
        contract.client_name = event.name
        contract.refresh_search_columns()


def _take_from_client(session: AsyncSession, contract: Contract, event: OrganisationChanged) -> None:
    """Two resellers named one new client at the same moment, one of them here. It is whose identity says; the other's
    contract waits for a client."""
    contract.take_from_client()
    feed.tell(session, event_mapper.changed(contract))
    audit.record(
        session,
        "contract.client_of_another_reseller",
        organisation_id=contract.reseller_id,
        subject=contract.number,
        code=event.code,
    )


async def exchange(session: AsyncSession, event: ExchangeChanged) -> None:
    """Cover follows the hardware; its end does not move. A step that no contract shows, such as a part that was sent,
    changes nothing but the version that is remembered."""
    contract = await repository.find_for_change(session, event.contract_number)
    known = await session.get(Replacement, event.exchange_id)
    before = known.shown if known else None
    replaced_on = event.replaced_on or (clock.day(event.at) if event.cover == "replaced" else None)
    values = event.model_dump(include=KEPT_OF_AN_EXCHANGE) | {
        "contract_number": contract.number if contract else event.contract_number,
        "incident_number": event.number,
        "replaced_on": replaced_on,
    }
    if not await upsert(session, Replacement, values, event.version) or contract is None:
        return
    await repository.reload_replacements(session, contract)
    [told] = [each for each in contract.replacements if each.exchange_id == event.exchange_id]
    if told.shown == before:
        return
    contract.version += 1
    contract.refresh_search_columns()
    feed.tell(session, event_mapper.changed(contract, moved_by=told))
