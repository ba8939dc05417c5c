"""What identity keeps of contracts, and what a new one brings about: a client on file, a reseller's first account."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import audit
from chassis.messaging import outbox
from chassis.projections import upsert
from events import OrganisationKind
from events.contracts import ContractState, Party
from identity import event_mapper, repository
from identity.links import Links
from identity.models import Address, KnownContract, Organisation, found_by
from identity.service import invitations

MAIN_ADDRESS = "Adresse principale"


async def contract(session: AsyncSession, event: ContractState, by_links: Links) -> None:
    """Seeds unknown organisations, never overwrites known ones."""
    await _seed(session, "reseller", event.reseller, None)
    await _first_administrator(session, event.reseller, by_links)
    if event.client is not None:
        await _seed(session, "client", event.client, event.reseller)
    # What was printed for the client names the first unit, also once it was exchanged.
    articles = (article.serial_number for article in event.articles)
    serials = {serial.upper() for serial in (event.serial_number, *articles, *event.former_serial_numbers)}
    values = {
        "number": event.number,
        "serials": sorted(serials),
        "client_id": event.client.organisation_id if event.client else None,
        "reseller_id": event.reseller.organisation_id,
    }
    await upsert(session, KnownContract, values, event.version)


async def _seed(session: AsyncSession, kind: OrganisationKind, party: Party, reseller: Party | None) -> None:
    seed = Organisation(
        id=party.organisation_id,
        kind=kind,
        code=party.code,
        name=party.name,
        email=party.email,
        phone=party.phone,
        reseller_id=reseller.organisation_id if reseller else None,
        search_text=found_by(party.name, party.code, party.email, party.phone),
    )
    if not await repository.add_if_unknown(session, seed):
        return
    added = await repository.organisation(session, party.organisation_id)
    assert added is not None
    outbox.add(session, event_mapper.organisation_changed(added))
    audit.record(
        session, "organisation.seed", organisation_id=added.id, subject=added.id, about=added.name, code=party.code
    )
    if party.address is not None:
        await _seed_address(session, party, added)


async def _seed_address(session: AsyncSession, party: Party, of: Organisation) -> None:
    assert party.address is not None
    fields = party.address.model_dump()
    fields["label"] = fields["label"] or MAIN_ADDRESS
    fields["email"] = fields["email"] or party.email
    fields["phone"] = fields["phone"] or party.phone
    address = Address(organisation_id=of.id, primary=True, **fields)
    address.refresh_search_columns()
    session.add(address)
    await session.flush()
    outbox.add(session, event_mapper.address_changed(address, of))


async def _first_administrator(session: AsyncSession, party: Party, by_links: Links) -> None:
    """Exactly one per reseller, however many of its contracts arrive at once."""
    if await repository.has_users(session, party.organisation_id):
        return
    of = await repository.lock_organisation(session, party.organisation_id)
    assert of is not None
    await invitations.first_account(session, of, of.email or party.email, by_links)
