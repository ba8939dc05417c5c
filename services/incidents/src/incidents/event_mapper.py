"""From an incident to the events that this service publishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict
from uuid import UUID

from events import incidents as facts
from events.desk import AnswerReminded, Awaited
from events.exchange_words import Consequence, ExchangeStep
from incidents.exchanges import carriers, standing
from incidents.exchanges.models import Exchange, Shipment
from incidents.models import Attachment, Incident, Message
from web import clock
from web.text.characters import cut

# The name is French like the platform's first language; screens put their own words where user_id is empty.
PLATFORM = facts.Actor(user_id=None, organisation_id=None, organisation_kind=None, name="La plateforme")

EXCERPT = 200


@dataclass(frozen=True)
class Link:
    """A link in an e-mail, sealed for notifications; ``consequence`` is what the mail says of a return that is late."""

    sealed_token: str
    expires_at: datetime
    consequence: Consequence


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
    readers: list[UUID] | None


def declared(
    incident: Incident, by: facts.Actor, at: datetime, promised_on: date | None, on_behalf: facts.Caller | None
) -> facts.IncidentDeclared:
    return facts.IncidentDeclared(
        **_about(incident, by, at),
        nature=incident.nature,
        product_reference=incident.product_reference,
        serial_numbers=[article["serial_number"] for article in incident.articles],
        promised_on=promised_on,
        on_behalf=on_behalf,
    )


def status_changed(
    incident: Incident,
    by: facts.Actor,
    at: datetime,
    *,
    previous: facts.Status,
    note: str,
    reason: facts.PendingReason | None,
    told_with: UUID | None = None,
) -> facts.IncidentStatusChanged:
    return facts.IncidentStatusChanged(
        **_about(incident, by, at), previous_status=previous, note=note, reason=reason, told_with=told_with
    )


def merged(
    incident: Incident, by: facts.Actor, at: datetime, source: Incident, agent_ids: Sequence[UUID], *, undone: bool
) -> facts.IncidentMerged:
    return facts.IncidentMerged(
        **_about(incident, by, at),
        source=source.number,
        source_title=source.title,
        source_readers=source.readers,
        undone=undone,
        agent_ids=list(agent_ids),
    )


def closing_postponed(
    incident: Incident, by: facts.Actor, at: datetime, closes_on: date
) -> facts.IncidentClosingPostponed:
    return facts.IncidentClosingPostponed(**_about(incident, by, at), closes_on=closes_on)


def answer_reminded(incident: Incident, by: facts.Actor, at: datetime, awaited: Awaited, asked: str) -> AnswerReminded:
    return AnswerReminded(**_about(incident, by, at), awaited=awaited, asked=asked)


def promise_missed(incident: Incident, dispatch_on: date, first_dispatch_on: date, at: datetime) -> facts.PromiseMissed:
    return facts.PromiseMissed(
        **_about(incident, PLATFORM, at), dispatch_on=dispatch_on, first_dispatch_on=first_dispatch_on
    )


def client_given(incident: Incident, at: datetime) -> facts.IncidentClientGiven:
    return facts.IncidentClientGiven(**_about(incident, PLATFORM, at))


def shared(incident: Incident, by: facts.Actor, at: datetime, given_to: Sequence[UUID]) -> facts.IncidentShared:
    return facts.IncidentShared(**_about(incident, by, at), given_to=list(given_to))


def exchange_changed(
    incident: Incident,
    by: facts.Actor,
    at: datetime,
    *,
    line: Exchange,
    step: ExchangeStep,
    parcel: Shipment | None,
    note: str,
) -> facts.ExchangeChanged:
    return facts.ExchangeChanged(
        **_about(incident, by, at),
        exchange_id=line.id,
        line=line.line,
        origin_line=line.origin_line,
        step=step,
        exchange_type=line.type,
        decision=line.decision,
        serial_number=line.serial_number,
        product_reference=line.product_reference,
        replacement_serial_number=line.replacement_serial_number,
        replacement_reference=line.replacement_reference,
        reserved_at=line.reserved_at,
        dispatch=line.dispatch,
        cover=line.cover,
        replaced_on=line.replaced_on,
        return_state=line.return_state,
        return_due_on=line.return_due_on,
        replacement_return=line.replacement_return,
        replacement_due_on=line.replacement_due_on,
        consequence=line.consequence if standing.is_anything_awaited(line) else None,
        outcome=line.outcome,
        stock_expected_on=line.stock_expected_on,
        parcel=_parcel(parcel) if parcel else None,
        note=note,
    )


def return_reminded(
    incident: Incident,
    line: Exchange,
    at: datetime,
    due_on: date,
    threshold: int,
    link: Link,
    *,
    of_replacement: bool,
) -> facts.ReturnReminded:
    return facts.ReturnReminded(
        **_about(incident, PLATFORM, at),
        exchange_id=line.id,
        line=line.line,
        serial_number=(line.replacement_serial_number or "") if of_replacement else line.serial_number,
        product_reference=(line.replacement_reference if of_replacement else None) or line.product_reference,
        of_replacement=of_replacement,
        return_due_on=due_on,
        days_left=(due_on - clock.day(at)).days,
        threshold=threshold,
        consequence=link.consequence,
        sealed_token=link.sealed_token,
        expires_at=link.expires_at,
    )


def _parcel(shipment: Shipment) -> facts.Parcel:
    return facts.Parcel(
        direction=shipment.direction,
        carrier=carriers.label(shipment.carrier, "fr"),
        tracking_number=shipment.tracking_number,
        tracking_url=carriers.tracking_url(shipment.carrier, shipment.tracking_number),
    )


def note_written(
    incident: Incident, by: facts.Actor, message: Message, writer_ids: Sequence[UUID]
) -> facts.NoteWritten:
    return facts.NoteWritten(
        version=incident.revision,
        number=incident.number,
        actor=by,
        at=message.at,
        mentioned_ids=message.mentioned_ids,
        writer_ids=list(writer_ids),
    )


def message_posted(
    incident: Incident, by: facts.Actor, message: Message, thread: facts.SharedThread
) -> facts.MessagePosted:
    return facts.MessagePosted(
        **_about(incident, by, message.at),
        message_id=message.id,
        thread=thread,
        excerpt=excerpt(message.body),
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
        readers=incident.readers,
    )


def excerpt(body: str) -> str:
    """One line of at most 200 characters, no sign of several characters cut."""
    line = " ".join(body.split())
    return line if len(line) <= EXCERPT else f"{cut(line, EXCERPT - 1)}…"
