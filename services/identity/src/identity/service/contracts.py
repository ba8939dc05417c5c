"""What a registered contract brings about: a reseller's first account, a client on file, the read model for sign-up."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.searching import searchable
from events import OrganisationKind
from events.contracts import ContractState, Party
from identity import audit, repository, telling
from identity.links import Links
from identity.models import Address, Organisation
from identity.service import accounts

MAIN_ADDRESS = "Adresse principale"


async def learn(session: AsyncSession, event: ContractState, by_links: Links) -> None:
    """Seeds unknown organisations, never overwrites known ones."""
    await _seed(session, "reseller", event.reseller, None)
    await _first_administrator(session, event.reseller, by_links)
    if event.client is not None:
        await _seed(session, "client", event.client, event.reseller)
    await repository.learn_contract(session, event)


async def _seed(session: AsyncSession, kind: OrganisationKind, party: Party, reseller: Party | None) -> None:
    seed = Organisation(
        id=party.organisation_id,
        kind=kind,
        code=party.code,
        name=party.name,
        email=party.email,
        phone=party.phone,
        reseller_id=reseller.organisation_id if reseller else None,
        search_text=searchable((party.name, party.code, party.email, party.phone)),
    )
    if not await repository.add_if_unknown(session, seed):
        return
    added = await repository.organisation(session, party.organisation_id)
    assert added is not None
    telling.organisation(session, added)
    audit.record(session, "organisation.seed", organisation_id=added.id, subject=added.id, code=party.code)
    if party.address is not None:
        await _seed_address(session, party, added)


async def _seed_address(session: AsyncSession, party: Party, of: Organisation) -> None:
    assert party.address is not None
    fields = party.address.model_dump()
    fields["label"] = fields["label"] or MAIN_ADDRESS
    fields["email"] = fields["email"] or party.email
    fields["phone"] = fields["phone"] or party.phone
    address = Address(organisation_id=of.id, primary=True, **fields)
    session.add(address)
    await session.flush()
    telling.address(session, address, of)


async def _first_administrator(session: AsyncSession, party: Party, by_links: Links) -> None:
    """Exactly one per reseller, however many of its contracts arrive at once."""
    if await repository.has_users(session, party.organisation_id):
        return
    of = await repository.lock_organisation(session, party.organisation_id)
    assert of is not None
    email = of.email or party.email
    if not email or await repository.has_users(session, of.id):
        return
    user = accounts.invited(of, login="", email=email, role="administrator", phone=of.phone)
    user = await accounts.add_with_derived_login(session, user, of.code)
    await accounts.welcome(session, user, of, "reseller_account", by_links)
