"""From rows of exchanges to answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, get_args
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.incidents import exchanges as schemas
from api.incidents.exchange_settings import ExchangeSettings, ServiceLevelDays
from api.incidents.exchange_steps import StepName
from api.incidents.messages import Person
from api.incidents.promises import PromiseBadge
from chassis.sql import AnyRow
from events import OrganisationKind
from incidents.exchanges import (
    carriers,
    choices,
    foretold,
    labels,
    machine,
    parcel_views,
    queries,
    repository,
    standing,
    ways_back,
)
from incidents.exchanges.standing import Load
from incidents.exchanges.terms import Terms
from incidents.labels import PLATFORM, PROMISE
from incidents.promises.models import state_of
from incidents.states import FINAL, OPEN
from web import clock
from web.auth.principal import Principal
from web.i18n import Language, Text

STEPS: tuple[StepName, ...] = get_args(StepName)


def row(line: AnyRow, language: Language) -> schemas.ExchangeRow:
    return schemas.ExchangeRow(**_row(line, language))


async def exchanges(
    reader: AsyncConnection, incident: AnyRow, principal: Principal, language: Language
) -> schemas.Exchanges:
    """All lines of the incident whose row was found, as ``principal`` may read them."""
    lines = await queries.lines(reader, incident.number)
    ids = [line.id for line in lines]
    kind, writes = principal.organisation_kind, _writes(principal)
    facts = await queries.facts(reader, ids, for_sqp=kind in (None, "sqp"))
    parcels, of_parcel = await queries.shipments(reader, ids)
    terms = await repository.terms(reader)
    followed = await queries.followed(reader, lines)
    items = []
    for line in lines:
        of_parcels = parcels.get(line.id, ())
        barred = _barred(line, of_parcels, is_open=incident.status in OPEN, is_followed=line.line in followed)
        may = [step for step in _steps(line, kind) if step not in barred] if writes else []
        of_line = (facts.get(line.id, ()), of_parcels)
        items.append(_exchange(line, *of_line, of_parcel, terms, kind, may, language, writes=writes))
    stated = await queries.statements(reader, incident.number)
    articles = [article["serial_number"] for article in incident.articles]
    may_request = writes and incident.status in OPEN
    units = await queries.of_units(reader, incident) if may_request else []
    left = await queries.off_contract(reader, incident, clock.today()) if may_request else set()
    requestable = standing.requestable(articles, lines, units, left) if may_request else []
    overdue = await queries.count_overdue(reader, principal, incident.reseller_id, clock.today()) if requestable else ()
    return schemas.Exchanges(
        items=items,
        requestable=requestable,
        return_terms=foretold.return_terms(terms, incident.service_level, language) if requestable else "",
        overdue=foretold.overdue(*overdue, language) if overdue else None,
        address_warning=foretold.of_incident(incident.delivery_address, kind, language)
        if requestable or any(_leaves_in_advance(line) for line in lines)
        else "",
        statements=[_statement(each, language) for each in stated],
        may_state=writes and incident.status not in FINAL and any(line.decision in standing.OPEN for line in lines),
        choices=choices.of(language),
    )


def settings(terms: Terms, last: AnyRow | None) -> ExchangeSettings:
    levels = terms.by_service_level.items()
    return ExchangeSettings(
        revision=terms.revision,
        return_days=terms.return_days,
        by_service_level=[ServiceLevelDays(service_level=label, return_days=days) for label, days in levels],
        extension_days=terms.extension_days,
        presumed_delivered_days=terms.presumed_delivered_days,
        overdue=terms.overdue,
        return_address=terms.return_address,
        changed_at=last.at if last else None,
        changed_by_name=last.user_name if last else "",
    )


def _exchange(
    line: AnyRow,
    facts: Sequence[AnyRow],
    parcels: Sequence[AnyRow],
    of_parcel: Mapping[UUID, list[int]],
    terms: Terms,
    kind: OrganisationKind | None,
    may: list[StepName],
    language: Language,
    *,
    writes: bool,
) -> schemas.Exchange:
    for_sqp = kind in (None, "sqp")
    followed = {carriers.tracking_url(each.carrier, each.tracking_number) for each in parcels}
    return schemas.Exchange(
        **_row(line, language),
        origin_line=line.origin_line,
        designation=line.designation,
        decision_label=labels.DECISION[line.decision][language],
        dispatch_label=_dispatch(line)[language],
        replacement=_replacement(line, language),
        stock_expected_on=line.stock_expected_on,
        promise=_promise(line, language),
        cover=line.cover,
        cover_label=labels.COVER[line.cover][language],
        replaced_on=line.replaced_on,
        **{"return": ways_back.of_return(line, terms, language)},
        replacement_return=ways_back.of_replacement(line, terms, language),
        shipments=[
            parcel_views.shipment(each, line, of_parcel[each.id], is_told=for_sqp and writes, language=language)
            for each in parcels
        ],
        timeline=[_fact(each, followed, language) for each in facts],
        claim=_claim(line, language) if for_sqp else None,
        claim_next=list(machine.CLAIM_FOLLOWS[line.claim_state]) if "claim" in may else [],
        may_ship=writes and for_sqp and machine.outbound_refusal(line, ships=False) is None,
        actions=may,
    )


def _barred(line: AnyRow, parcels: Sequence[AnyRow], *, is_open: bool, is_followed: bool) -> set[StepName]:
    """What stands against it is not the line's own."""
    barred: set[StepName] = set()
    if is_followed:
        barred |= machine.OF_REPLACEMENT_IN_USE
    if not is_open:
        barred |= machine.OF_OPEN_INCIDENTS
    loads = [Load(each.id, each.state, each.unit) for each in parcels if each.direction == "outbound"]
    if standing.first_unit(line, loads) == "lost":
        barred.add("reverse")
    return barred


def _steps(line: AnyRow, kind: OrganisationKind | None) -> list[StepName]:
    """What ``kind`` may do with the line, by itself."""
    return [step for step in STEPS if machine.may(kind, step) and machine.refusal(step, line) is None]


def _leaves_in_advance(line: AnyRow) -> bool:
    return line.type == "advance_exchange" and line.decision in standing.OPEN and line.dispatch in standing.NOT_SENT


def _row(line: AnyRow, language: Language) -> dict[str, Any]:
    return {
        "id": line.id,
        "incident_number": line.incident_number,
        "line": line.line,
        "version": line.version,
        "type": line.type,
        "type_label": labels.TYPE[line.type][language],
        "decision": line.decision,
        "state_label": _state(line)[language],
        "serial_number": line.serial_number,
        "product_reference": line.product_reference,
        "replacement_serial_number": line.replacement_serial_number,
        "reseller": line.reseller_name,
        "reseller_id": line.reseller_id,
        "client": line.client_name,
        "dispatch": line.dispatch,
        "return_state": line.return_state,
        "return_label": ways_back.return_label(line, language),
        "return_due_on": line.return_due_on,
        "replacement_return_state": line.replacement_return,
        "replacement_return_label": ways_back.replacement_label(line, language),
        "due_on": line.due_on,
        "is_overdue": ways_back.is_overdue(line),
        "stage": standing.stage(line, clock.today()),
        "requested_at": line.requested_at,
    }


def _state(line: AnyRow) -> Text:
    """The one word for the line: what was decided, and once approved how far its parcel is."""
    is_sent = line.decision == "approved" and line.type in standing.SHIPS
    return _dispatch(line) if is_sent else labels.DECISION[line.decision]


def _replacement(line: AnyRow, language: Language) -> schemas.Replacement | None:
    if line.replacement_serial_number is None:
        return None
    return schemas.Replacement(
        serial_number=line.replacement_serial_number,
        product_reference=line.replacement_reference,
        condition=line.replacement_condition,
        condition_label=labels.CONDITION[line.replacement_condition][language],
        reason=line.replacement_reason,
    )


def _promise(line: AnyRow, language: Language) -> PromiseBadge | None:
    if line.promised_on is None or line.decision not in ("approved", "closed"):
        return None
    state = state_of(line.promised_on, None, line.dispatched_at, line.promise_missed_at)
    return PromiseBadge(state=state, label=PROMISE[state][language], dispatch_on=line.promised_on)


def _claim(line: AnyRow, language: Language) -> schemas.Claim | None:
    if line.claim_state is None:
        return None
    label = labels.CLAIM[line.claim_state][language]
    return schemas.Claim(state=line.claim_state, label=label, maker_number=line.claim_number, due_on=line.claim_due_on)


def _dispatch(line: AnyRow) -> Text:
    is_over = line.dispatch == "failed" and not standing.is_to_ship(line)
    return labels.NOT_DELIVERED if is_over else labels.DISPATCH[line.dispatch]


def _fact(fact: AnyRow, followed: Collection[str], language: Language) -> schemas.Fact:
    """Its number may have been corrected since: only what is ``followed`` leads to a carrier's page."""
    return schemas.Fact(
        step=fact.step,
        sentence=labels.STEP[fact.step][language].format_map(_words(fact.data, language)),
        at=fact.at,
        recorded_at=fact.recorded_at,
        by=_person(fact, language),
        note=fact.note,
        tracking_url=fact.tracking_url if fact.tracking_url in followed else "",
    )


def _words(data: Mapping[str, Any], language: Language) -> dict[str, str]:
    words = {name: _word(name, value, language) for name, value in data.items()}
    found = words.get("found")
    words["found"] = labels.RECEIVED_AS[language].format(serial=found) if found else ""
    # Facts of before it was told apart are of parcels that were sent again.
    words["resent"] = labels.RESENT[language] if data.get("resent", True) else ""
    words["unit"] = labels.UNIT[bool(data.get("of_first"))][language]
    words["why"] = f" ({words['reason']})" if "reason" in words else ""
    words["partly"] = labels.PARTLY[language] if data.get("partly") else ""
    words["certified"] = labels.CERTIFIED[language] if data.get("certified") else ""
    return words


def _word(name: str, value: Any, language: Language) -> str:
    known = labels.WORDS.get(name, {}).get(value)
    return known[language] if known else str(value)


def _statement(stated: AnyRow, language: Language) -> schemas.DataStatement:
    said = [words.get(stated.answers.get(name)) for name, words in labels.STATEMENT.items()]
    lines = [each[language] for each in said if each is not None]
    accessories = stated.answers.get("accessories")
    if accessories:
        lines.append(labels.ACCESSORIES[language].format(accessories=accessories))
    return schemas.DataStatement(
        at=stated.at, by=_person(stated, language), text_version=stated.text_version, lines=lines
    )


def _person(line: AnyRow, language: Language) -> Person:
    is_platform = line.user_id is None and line.user_name == PLATFORM["fr"]
    return Person(
        user_id=line.user_id,
        name=PLATFORM[language] if is_platform else line.user_name,
        organisation_kind=line.organisation_kind,
        organisation_name=None,
    )


def _writes(principal: Principal) -> bool:
    return principal.is_administrator or "exchanges:write" in principal.scopes
