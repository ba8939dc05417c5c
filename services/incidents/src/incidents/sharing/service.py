"""The order of work: a client's administrator says who of the organisation reads an incident."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api import incidents as schemas
from events.incidents import Actor
from incidents import event_mapper, feed
from incidents.models import Incident
from incidents.service.loading import for_change
from incidents.sharing import repository
from incidents.sharing.errors import SharingNotYours, UnknownReader
from web import clock
from web.http.preconditions import Precondition


async def share(
    session: AsyncSession, number: str, wanted: schemas.SharingPut, by: Actor, precondition: Precondition
) -> Incident:
    """Raises SharingNotYours, UnknownReader."""
    incident = await for_change(session, number, by)
    if by.organisation_kind != "client":
        raise SharingNotYours
    precondition.check(incident.version)
    before = incident.readers
    incident.share(await _people(session, incident.client_id, wanted, "people"))
    if incident.readers == before:
        return incident
    incident.bump_version()
    basic = await repository.basic(session, incident.client_id)
    given_to = [each for each in basic if _reads(each, incident.readers) and not _reads(each, before)]
    feed.tell(session, incident, event_mapper.shared(incident, by, clock.now(), given_to))
    return incident


async def begin(session: AsyncSession, incident: Incident, wanted: schemas.SharingPut | None, by: Actor) -> None:
    """As its client wants on declaration; else nobody but administrators and the declarer reads it there. Raises
    SharingNotYours, UnknownReader."""
    if wanted is not None and by.organisation_kind != "client":
        raise SharingNotYours(field="sharing")
    incident.share(await _people(session, incident.client_id, wanted, "sharing.people") if wanted else ())


async def _people(
    session: AsyncSession, client_id: UUID | None, wanted: schemas.SharingPut, field: str
) -> Sequence[UUID] | None:
    if wanted.shared_with == "organisation":
        return None
    if await repository.known(session, client_id, wanted.people) != set(wanted.people):
        raise UnknownReader(field=field)
    return wanted.people


def _reads(person: UUID, readers: Sequence[UUID] | None) -> bool:
    return readers is None or person in readers
