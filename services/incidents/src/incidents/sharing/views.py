"""Who of the client's organisation reads an incident, as answers say it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from api.incidents.sharing import Reader, SharedWith, Sharing
from chassis.sql import AnyRow
from incidents.models import client_declarer
from incidents.sharing import repository
from web.auth.principal import Principal


async def sharing(reader: AsyncConnection, found: AnyRow, principal: Principal) -> Sharing | None:
    """The names are the organisation's own."""
    if found.client_id is None:
        return None
    is_client = principal.organisation_kind == "client"
    people = await repository.named(reader, found.client_id, found.readers or ()) if is_client else ()
    return Sharing(
        shared_with=_shared_with(found),
        people=[Reader(user_id=each.id, name=each.name) for each in people],
        may_change=is_client and principal.is_administrator,
    )


def _shared_with(found: AnyRow) -> SharedWith:
    if found.readers is None:
        return "organisation"
    return "people" if set(found.readers) - {client_declarer(found)} else "administrators"
