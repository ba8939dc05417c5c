"""What the contracts service keeps of its neighbours."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import audit
from chassis.projections import upsert
from contracts import event_mapper, feed, repository, successions
from contracts.hardware import following
from contracts.hardware.models import TOLD, Replacement
from contracts.models import Contract, Organisation
from events.identity import OrganisationChanged
from events.incidents import ExchangeChanged
from web import clock
from web.text.folding import searchable


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
    successions.changed(session, contract.units)
    audit.record(
        session,
        "contract.client_of_another_reseller",
        organisation_id=contract.reseller_id,
        subject=contract.number,
        code=event.code,
    )


async def exchange(session: AsyncSession, event: ExchangeChanged) -> None:
    """Cover follows the hardware; its end does not move. A step that no contract shows, such as a part that was sent,
    changes nothing but the version that is remembered. Other contracts of the client that cover the unit follow."""
    replaced_on = event.replaced_on or (clock.day(event.at) if event.cover == "replaced" else None)
    values = event.model_dump(include=set(TOLD)) | {
        "incident_number": event.number,
        "replaced_on": replaced_on,
    }
    contract = await repository.find_for_change(session, event.contract_number)
    if contract is None:
        # It counts once its contract is registered.
        await upsert(session, Replacement, values | {"contract_number": event.contract_number}, event.version)
        return
    await _follow(session, contract, values, event.version)
    for number in await repository.sharing(session, contract, event.exchange_id):
        other = await repository.find_for_change(session, number)
        if other is not None:
            await _share(session, contract, other)
            # An exchange of a later unit may have been told before this one.
            await _share(session, other, contract)


async def _share(session: AsyncSession, of: Contract, other: Contract) -> None:
    known = {each.exchange_id for each in other.replacements}
    if of.client_id == other.client_id:
        known |= {each.exchange_id for each in following.shared(other.registered, of.replacements)}
    for row in of.replacements:
        if row.exchange_id in known:
            await _follow(session, other, row.told, row.version)


async def _follow(session: AsyncSession, contract: Contract, values: dict[str, object], version: int) -> None:
    [before] = [each.shown for each in contract.replacements if each.exchange_id == values["exchange_id"]] or [None]
    if not await upsert(session, Replacement, values | {"contract_number": contract.number}, version):
        return
    await repository.reload_replacements(session, contract)
    [told] = [each for each in contract.replacements if each.exchange_id == values["exchange_id"]]
    if told.shown == before:
        return
    contract.version += 1
    contract.refresh_search_columns()
    feed.tell(session, event_mapper.changed(contract, moved_by=told))
    successions.changed(session, contract.units)
