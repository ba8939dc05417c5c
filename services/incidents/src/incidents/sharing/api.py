"""The HTTP of sharing: a client's administrators say who of the organisation reads an incident."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api import incidents as schemas
from chassis.http.unit_of_work import Session, UnitOfWorkRoute
from incidents import auth, views
from incidents.auth import actor
from incidents.language import Lang
from incidents.sharing import service
from web.http.preconditions import IfMatch, set_etag

sharing = APIRouter(prefix="/incidents", tags=["incidents"], route_class=UnitOfWorkRoute)


@sharing.put("/{number}/sharing")
async def put_sharing(
    number: schemas.Number,
    body: schemas.SharingPut,
    response: Response,
    principal: auth.Writer,
    session: Session,
    precondition: IfMatch,
    language: Lang,
) -> schemas.IncidentState:
    """Who of the client's organisation reads the incident beside its administrators and its declarer. People who did
    not read it before are told."""
    incident = await service.share(session, number, body, actor(principal), precondition)
    set_etag(response, incident.version)
    return views.state(incident, language)
