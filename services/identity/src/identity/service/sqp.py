"""Creates SQP's own organisation, before the first person can log in."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging import outbox
from events import organisation_id
from identity import event_mapper, repository
from identity.models import Organisation, found_by

CODE = "SQP"


async def ensure(session: AsyncSession, email: str = "") -> Organisation:
    """The organisation, locked; made and told of when it is not there yet."""
    identifier = organisation_id("sqp", CODE)
    seed = Organisation(
        id=identifier,
        kind="sqp",
        code=CODE,
        name=CODE,
        email=email,
        phone="",
        search_text=found_by(CODE, CODE, email, ""),
    )
    is_new = await repository.add_if_unknown(session, seed)
    of = await repository.lock_organisation(session, identifier)
    assert of is not None
    if is_new:
        outbox.add(session, event_mapper.organisation_changed(of))
    return of
