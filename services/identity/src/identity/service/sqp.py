"""SQP's own organisation, there before anybody can log in."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.searching import searchable
from events import organisation_id
from identity import repository, telling
from identity.models import Organisation

CODE = "SQP"


async def ensure(session: AsyncSession, email: str = "") -> Organisation:
    """The organisation, locked; made and told of when it is not there yet."""
    identifier = organisation_id("sqp", CODE)
    seed = Organisation(
        id=identifier, kind="sqp", code=CODE, name=CODE, email=email, phone="", search_text=searchable((CODE, email))
    )
    is_new = await repository.add_if_unknown(session, seed)
    of = await repository.lock_organisation(session, identifier)
    assert of is not None
    if is_new:
        telling.organisation(session, of)
    return of
