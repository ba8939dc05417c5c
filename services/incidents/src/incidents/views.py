"""From rows to answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api import incidents as schemas
from api.incidents.incidents import PENDING_REASONS
from api.incidents.overdue import AdvanceTerms, OverdueReturns
from api.incidents.promises import PromiseOffer
from chassis.sql import AnyRow
from events.files import MAX_FILE_BYTES
from events.incidents import Status
from incidents import access, parties, queries, states
from incidents.auth import actor
from incidents.exchanges import foretold
from incidents.labels import NATURE, PLATFORM, STATUS, choices
from incidents.merging import views as merge_views
from incidents.models import Incident, Message
from incidents.pending.models import PendingMessage
from incidents.promises import repository as promises
from incidents.promises import views as promise_views
from incidents.promises.terms import promises_next_day
from incidents.sharing import views as sharing_views
from web import clock
from web.auth.principal import Principal
from web.i18n import Language, Text

Word = TypeVar("Word")

FILE_LIMITS = schemas.FileLimits(count=schemas.MAX_FILES, size=MAX_FILE_BYTES)


def row(line: AnyRow, promise: AnyRow | None, language: Language) -> schemas.IncidentRow:
    return schemas.IncidentRow(
        number=line.number,
        title=line.title,
        contract_number=line.contract_number,
        product_reference=line.product_reference,
        serial_number=line.serial_number,
        serial_numbers=[article["serial_number"] for article in line.articles],
        exchange_serials=line.exchange_serials,
        reseller=line.reseller_name,
        client=line.client_name,
        client_id=line.client_id,
        status=line.status,
        status_label=STATUS[line.status][language],
        declared_at=line.declared_at,
        promise=promise_views.badge(promise, line.status, language),
    )


async def incident(
    reader: AsyncConnection, found: AnyRow, principal: Principal, language: Language
) -> schemas.Incident:
    """All that ``principal`` may read of the incident whose row was ``found``, its threads' messages aside."""
    known = await queries.organisations(reader, [found.reseller_id, found.client_id, found.declarer_id])
    people = await queries.statuses(reader, [found.reseller_id, found.client_id])
    scopes = access.scopes(principal.organisation_kind, found.client_id)
    attached = await queries.attachments(reader, found.number, scopes, principal.organisation_id)
    promised = await promises.rows(reader, [found.number])
    linked_to, followed_by = await queries.chain(reader, found, principal)
    return schemas.Incident(
        number=found.number,
        version=found.version,
        status=found.status,
        pending_reason=found.pending_reason,
        title=found.title,
        nature=found.nature,
        description=found.description,
        articles=found.articles,
        declared_at=found.declared_at,
        linked_to=linked_to,
        followed_by=followed_by,
        merged_into=found.merged_into,
        merged=await queries.merged(reader, found.number, principal),
        delivery_address=found.delivery_address,
        address_warning=_address_warning(found, principal, language),
        status_label=STATUS[found.status][language],
        pending_reason_label=_label(PENDING_REASONS, found.pending_reason, language),
        nature_label=NATURE[found.nature][language],
        declared_by=parties.declared_by(found, known),
        on_behalf=parties.on_behalf(found, known),
        contract=schemas.ContractCopy(
            number=found.contract_number,
            product_reference=found.product_reference,
            serial_number=found.serial_number,
            starts_on=found.starts_on,
            warranty_ends_on=found.warranty_ends_on,
            service_level=found.service_level,
        ),
        reseller=parties.party(found.reseller_id, found.reseller_name, known, people),
        client=parties.party(found.client_id, found.client_name, known, people) if found.client_id else None,
        promise=promise_views.promise(promised.get(found.number), found.status, language),
        sharing=await sharing_views.sharing(reader, found, principal),
        closes_on=await _closes_on(reader, found, principal),
        attachments=[_attachment(one, found, principal) for one in attached],
        threads=list(access.threads(principal.organisation_kind, found.client_id)),
        actions=_actions(found, principal, language),
    )


def state(changed: Incident, language: Language) -> schemas.IncidentState:
    return schemas.IncidentState(
        number=changed.number,
        version=changed.version,
        status=changed.status,
        status_label=STATUS[changed.status][language],
    )


def declared(incident: Incident, principal: Principal, language: Language) -> schemas.IncidentState:
    warning = _address_warning(incident, principal, language)
    return state(incident, language).model_copy(update={"address_warning": warning})


def _address_warning(incident: AnyRow | Incident, principal: Principal, language: Language) -> str:
    """Of what is to leave yet."""
    if incident.status not in states.OPEN or not promises_next_day(incident.service_level):
        return ""
    return foretold.of_incident(incident.delivery_address, principal.organisation_kind, language)


async def history(reader: AsyncConnection, found: AnyRow, language: Language) -> schemas.History:
    """Of the incident whose row was ``found``."""
    rows = await queries.history(reader, found.number)
    caller = parties.on_behalf(found, await queries.organisations(reader, [found.declarer_id]))
    lines = [_history_line(row, caller, language) for row in rows]
    lines += await merge_views.history(reader, found.number, language)
    return schemas.History(items=sorted(lines, key=lambda line: line.at))


def _history_line(line: AnyRow, caller: schemas.Person | None, language: Language) -> schemas.HistoryLine:
    return schemas.HistoryLine(
        at=line.at,
        by=schemas.Person(
            user_id=line.user_id,
            name=line.user_name if line.organisation_kind else PLATFORM[language],
            organisation_kind=line.organisation_kind,
            organisation_name=line.organisation_name,
        ),
        on_behalf=caller if line.from_status is None else None,
        from_status=line.from_status,
        from_label=_label(STATUS, line.from_status, language),
        to_status=line.to_status,
        to_label=STATUS[line.to_status][language],
        reason=line.reason,
        reason_label=_label(PENDING_REASONS, line.reason, language),
        note=line.note,
    )


async def messages(
    reader: AsyncConnection, rows: Sequence[AnyRow], found: AnyRow, principal: Principal
) -> list[schemas.Message]:
    """The messages of the incident whose row was ``found``, with what is attached to each."""
    attached = await queries.attachments_of(reader, [message.id for message in rows], principal.organisation_id)
    names = await queries.names(reader, {person for message in rows for person in message.mentioned_ids})
    return [
        _message(message, [_attachment(one, found, principal) for one in attached[message.id]], names, found.number)
        for message in rows
    ]


def posted(changed: Incident, message: Message) -> schemas.Posted:
    return schemas.Posted(id=message.id, thread=message.thread, at=message.at, version=changed.version)


def held(changed: Incident, message: PendingMessage) -> schemas.Posted:
    at = message.due_at
    return schemas.Posted(id=message.id, thread=message.thread, at=at, version=changed.version, due_at=at)


def offered(line: AnyRow, service_level: str, language: Language) -> schemas.OfferedAddress:
    organisation = line.name_now or line.organisation_name
    label = " - ".join(part for part in (organisation, line.address["label"]) if part)
    return schemas.OfferedAddress(
        id=line.id,
        organisation_id=line.organisation_id,
        label=label,
        primary=line.is_primary,
        address=schemas.Address(**line.address),
        warning=foretold.of_choice(line.address, service_level, language),
    )


def _message(
    message: AnyRow, attached: list[schemas.Attachment], names: dict[UUID, str], number: str
) -> schemas.Message:
    return schemas.Message(
        id=message.id,
        thread=message.thread,
        body=message.body,
        at=message.at,
        author=schemas.Person(
            user_id=message.author_id,
            name=message.author_name,
            organisation_kind=message.organisation_kind,
            organisation_name=message.organisation_name,
        ),
        attachments=attached,
        mentions=[schemas.Mention(user_id=each, name=names[each]) for each in message.mentioned_ids if each in names],
        merged_from=message.incident_number if message.incident_number != number else None,
    )


def _attachment(one: AnyRow, found: AnyRow, principal: Principal) -> schemas.Attachment:
    owners = access.file_owners(one.scope, found.declarer_id, found.reseller_id, one.organisation_id)
    mine = principal.is_administrator and principal.organisation_id in owners
    is_apart = found.merged_into is None and one.incident_number == found.number
    is_open = is_apart and (found.status not in states.FINAL or one.scope == "internal")
    removable = mine and one.state == "bound" and is_open
    return schemas.Attachment.model_validate(one).model_copy(update={"removable": removable})


async def _closes_on(reader: AsyncConnection, found: AnyRow, principal: Principal) -> date | None:
    """The day on which a resolved incident closes unless more is written. SQP, which closes, sees when it will be; for
    the others, what they cannot read does not count: it closes then at the earliest."""
    if found.status != "resolved":
        return None
    mine = access.threads(principal.organisation_kind, found.client_id)
    threads = mine if "client" in mine else ("client", "sqp")
    said = await queries.last_said(reader, found.number, threads, found.resolved_at)
    return clock.day((said or found.resolved_at) + states.CLOSES_AFTER)


def _actions(found: AnyRow, principal: Principal, language: Language) -> schemas.Actions:
    """What the routes would let the caller do now, by the same rules; nothing for a caller who may only read."""
    if not principal.is_administrator:
        return schemas.Actions(next=[], write=[], attach=[], files=FILE_LIMITS)
    going = found.status not in states.FINAL
    mine = access.threads(principal.organisation_kind, found.client_id)
    noting = found.merged_into is None
    threads = tuple(thread for thread in mine if going or (noting and thread == "internal"))
    declares = going and access.completes(found, principal.organisation_id, principal.organisation_kind)
    following = states.next_states(found.status, states.mover(actor(principal), found.declarer_id))
    return schemas.Actions(
        next=[_next(status, language) for status in following],
        write=list(threads),
        attach=[*(("declaration",) if declares else ()), *threads],
        files=FILE_LIMITS,
    )


def _next(status: Status, language: Language) -> schemas.NextState:
    reasons = choices(PENDING_REASONS, language) if status == "pending" else []
    return schemas.NextState(status=status, label=STATUS[status][language], reasons=reasons)


def declaration_choices(
    language: Language,
    promise: PromiseOffer | None = None,
    advance: AdvanceTerms | None = None,
    returns: OverdueReturns | None = None,
) -> schemas.DeclarationChoices:
    natures = choices(NATURE, language)
    return schemas.DeclarationChoices(
        natures=natures, files=FILE_LIMITS, promise=promise, advance=advance, returns=returns
    )


def _label(words: Any, word: Word | None, language: Language) -> str | None:
    text: Text | None = words.get(word)
    return text[language] if text else None
