"""From an incident to the events that this service publishes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypedDict
from uuid import UUID

from events import incidents as facts
from incidents.models import Attachment, Incident, Message
from web.text.characters import cut

# The name is French like the platform's first language; screens put their own words where user_id is empty.
PLATFORM = facts.Actor(user_id=None, organisation_id=None, organisation_kind=None, name="La plateforme")

EXCERPT = 200


class About(TypedDict):
    """The fields that the events share, so that the type checker compares them with the event classes."""

    version: int
    number: str
    contract_number: str
    title: str
    reseller_id: UUID
    client_id: UUID | None
    client_name: str
    status: facts.Status
    actor: facts.Actor
    at: datetime


def declared(incident: Incident, by: facts.Actor, at: datetime, promised_on: date | None) -> facts.IncidentDeclared:
    return facts.IncidentDeclared(
        **_about(incident, by, at),
        nature=incident.nature,
        product_reference=incident.product_reference,
        serial_numbers=[article["serial_number"] for article in incident.articles],
        promised_on=promised_on,
    )


def status_changed(
    incident: Incident,
    by: facts.Actor,
    at: datetime,
    *,
    previous: facts.Status,
    note: str,
    reason: facts.PendingReason | None,
) -> facts.IncidentStatusChanged:
    return facts.IncidentStatusChanged(**_about(incident, by, at), previous_status=previous, note=note, reason=reason)


def closing_postponed(
    incident: Incident, by: facts.Actor, at: datetime, closes_on: date
) -> facts.IncidentClosingPostponed:
    return facts.IncidentClosingPostponed(**_about(incident, by, at), closes_on=closes_on)


def promise_missed(incident: Incident, dispatch_on: date, first_dispatch_on: date, at: datetime) -> facts.PromiseMissed:
    return facts.PromiseMissed(
        **_about(incident, PLATFORM, at), dispatch_on=dispatch_on, first_dispatch_on=first_dispatch_on
    )


def client_given(incident: Incident, at: datetime) -> facts.IncidentClientGiven:
    return facts.IncidentClientGiven(**_about(incident, PLATFORM, at))


def message_posted(incident: Incident, by: facts.Actor, message: Message) -> facts.MessagePosted:
    return facts.MessagePosted(
        **_about(incident, by, message.at),
        message_id=message.id,
        thread=message.thread,
        excerpt=_excerpt(message.body),
    )


def files_attached(
    incident: Incident,
    by: facts.Actor,
    at: datetime,
    file_ids: Sequence[UUID],
    scope: facts.Scope,
    message_id: UUID | None,
) -> facts.FilesAttached:
    return facts.FilesAttached(**_about(incident, by, at), file_ids=list(file_ids), scope=scope, message_id=message_id)


def file_detached(incident: Incident, by: facts.Actor, at: datetime, attachment: Attachment) -> facts.FileDetached:
    return facts.FileDetached(**_about(incident, by, at), file_id=attachment.file_id, scope=attachment.scope)


def _about(incident: Incident, by: facts.Actor, at: datetime) -> About:
    return About(
        version=incident.revision,
        number=incident.number,
        contract_number=incident.contract_number,
        title=incident.title,
        reseller_id=incident.reseller_id,
        client_id=incident.client_id,
        client_name=incident.client_name or "",
        status=incident.status,
        actor=by,
        at=at,
    )


def _excerpt(body: str) -> str:
    """One line of at most 200 characters, no sign of several characters cut."""
    line = " ".join(body.split())
    return line if len(line) <= EXCERPT else f"{cut(line, EXCERPT - 1)}…"
