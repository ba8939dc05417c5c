"""What the contracts service keeps of its neighbours."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.projections import upsert
from contracts import repository
from contracts.models import Organisation
from events.identity import OrganisationChanged
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
        contract.client_name = event.name
        contract.refresh_search_columns()
