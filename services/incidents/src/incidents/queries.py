"""What is read of incidents: lists, the detail, history, threads, addresses. Columns, never entities."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, case, exists, func, literal, not_, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from chassis.http import paging
from chassis.searching import Otherwise, among, like, matches
from chassis.sql import AnyRow, AnySelect
from events.identity import UserStatus
from events.incidents import Scope, Thread
from incidents.access import visible
from incidents.models import (
    BY_PARTY,
    Attachment,
    CoveredContract,
    DeliveryAddress,
    HistoryEntry,
    Incident,
    Message,
    Organisation,
    User,
)
from incidents.states import OPEN, SHOWN, STATUSES
from web.auth.principal import Principal
from web.text import codes
from web.text.folding import exactly

# States sort in the order in which an incident goes through them.
PROGRESS = case({status: rank for rank, status in enumerate(STATUSES)}, value=Incident.status, else_=len(STATUSES))

SORTS: dict[str, ColumnElement[Any]] = {
    "number": Incident.number_key.expression,
    "title": Incident.title_key.expression,
    "product_reference": Incident.product_key.expression,
    "client": Incident.client_key.expression,
    "status": PROGRESS,
}

# Sorted by time and id. A counter over all messages would reveal how many were written in other threads.
MESSAGE_SORTS: dict[str, ColumnElement[Any]] = {"at": Message.at.expression}

# The resellers' present names, as a subquery that runs for the rows of a page only; a join would also run for counts.
_RESELLER_NOW = select(Organisation.name).where(Organisation.id == Incident.reseller_id).scalar_subquery()

# Of the rows of a page alone, too: an unfiltered list sorts all of its rows with all of their columns.
_OF_PAGE = aliased(Incident)
_EXCHANGE_SERIALS = select(_OF_PAGE.exchange_serials).where(_OF_PAGE.number == Incident.number).scalar_subquery()

ROW = (
    Incident.number,
    Incident.title,
    Incident.contract_number,
    Incident.product_reference,
    Incident.serial_number,
    Incident.articles,
    _EXCHANGE_SERIALS.label("exchange_serials"),
    func.coalesce(_RESELLER_NOW, Incident.reseller_name).label("reseller_name"),
    func.coalesce(Incident.client_name_now, Incident.client_name).label("client_name"),
    Incident.client_id,
    Incident.status,
    Incident.declared_at,
)


# What a file of the list holds besides.
EXPORTED = (Incident.declared_by_name, Incident.declarer_kind, Incident.caller_name)


def listing(
    principal: Principal, q: str, contract: str | None, client_id: UUID | None, serials: Sequence[str]
) -> AnySelect:
    """SQP's lists name the reseller, and find by it. ``serials``: those that concern at least one of these."""
    by_reseller = of_reseller if principal.organisation_kind in (None, "sqp") else None
    query = select(*ROW).where(visible(Incident, principal), searched(q, by_reseller))
    if contract is not None:
        query = query.where(Incident.contract_code == codes.number(contract))
    if serials:
        query = query.where(or_(*map(_concerns, serials)))
    return query.where(Incident.client_id == client_id) if client_id else query


def searched(q: str, otherwise: Otherwise | None = None) -> ColumnElement[bool]:
    """The incident holds every word of ``q``, or its contract has this number, of which zeros in front are no part."""
    found = matches(Incident.search_text.expression, q, otherwise)
    exact = exactly(q)
    numbers = {codes.number(q), codes.number(exact)}
    return or_(found, Incident.contract_code.in_(numbers)) if exact else found


def of_reseller(pattern: ColumnElement[str]) -> ColumnElement[bool]:
    found = like(Organisation.search_text.expression, pattern)
    return among(Incident.reseller_id.expression, select(Organisation.id).where(Organisation.kind == "reseller", found))


def _concerns(serial: str) -> ColumnElement[bool]:
    """An article has this serial number, in any notation; what is searched, which has an index, holds it then."""
    code = codes.serial(serial)
    article = func.jsonb_array_elements(Incident.articles, type_=JSONB).column_valued("article")
    own = func.upper(func.regexp_replace(article["serial_number"].astext, "[^0-9A-Za-z]", "", "g"))
    within = like(Incident.search_text.expression, literal(f"%{code.lower()}%", Text))
    return and_(within, select(article).where(own == code).correlate(Incident).exists())


def _is_searched(code: str) -> ColumnElement[bool]:
    """The incident of this number, or one on equipment of this serial number: a whole word of what is searched."""
    word = code.lower()
    whole = func.concat(" ", Incident.search_text, " ").like(f"% {word} %")
    return or_(Incident.number == code, and_(like(Incident.search_text.expression, literal(f"%{word}%", Text)), whole))


def is_open(wanted: bool) -> ColumnElement[bool]:
    return Incident.status.in_(OPEN) if wanted else Incident.status.not_in(OPEN)


async def page(
    reader: AsyncConnection, query: AnySelect, sort: paging.Sort, limit: int, cursor: str | None, q: str = ""
) -> tuple[Sequence[AnyRow], str | None]:
    """What ``q`` says exactly comes first."""

    async def fetch(query: AnySelect, limit: int, cursor: str | None) -> Sequence[AnyRow]:
        paged = paging.page(query, sort, Incident.number_key.expression, limit, cursor)
        return (await reader.execute(paged)).all()

    async def fetch_among(exact: bool, limit: int, cursor: str | None) -> Sequence[AnyRow]:
        return await fetch(query.where(is_searched if exact else not_(is_searched)), limit, cursor)

    code = exactly(q)
    if code:
        is_searched = _is_searched(code)
        return await paging.exact_first(fetch_among, sort, limit, cursor)
    return paging.split(await fetch(query, limit, cursor), sort, limit)


async def counts(reader: AsyncConnection, everything: AnySelect, chosen: AnySelect) -> tuple[int, dict[str, int]]:
    """How many rows ``chosen`` has, and how many of ``everything`` are open and closed."""
    by_openness = {"open": everything.where(is_open(True)), "closed": everything.where(is_open(False))}
    counted = await paging.counts(reader, {"total": chosen, **by_openness})
    return counted.pop("total"), counted


async def incident(reader: AsyncConnection, number: str, principal: Principal) -> AnyRow | None:
    query = select(Incident.__table__).where(Incident.number == number, visible(Incident, principal))
    return (await reader.execute(query)).one_or_none()


async def chain(reader: AsyncConnection, found: AnyRow, principal: Principal) -> tuple[str | None, list[str]]:
    """What the incident was declared to follow, and what was declared to follow it, oldest first; of both what
    ``principal`` sees."""
    query = select(Incident.number).where(
        or_(Incident.number == found.linked_to, Incident.linked_to == found.number), visible(Incident, principal)
    )
    numbers = (await reader.execute(query.order_by(Incident.number_key))).scalars().all()
    earlier = found.linked_to if found.linked_to in numbers else None
    return earlier, [number for number in numbers if number != earlier]


async def covered_contract(reader: AsyncConnection, number: str, principal: Principal) -> AnyRow | None:
    query = select(CoveredContract.client_id, CoveredContract.reseller_id, CoveredContract.service_level)
    query = query.where(CoveredContract.number_code == codes.number(number), visible(CoveredContract, principal))
    return (await reader.execute(query.order_by((CoveredContract.number == number).desc()).limit(1))).one_or_none()


async def organisations(reader: AsyncConnection, ids: Sequence[UUID | None]) -> dict[UUID, AnyRow]:
    query = select(Organisation.__table__).where(Organisation.id.in_([i for i in ids if i is not None]))
    return {row.id: row for row in (await reader.execute(query)).all()}


async def statuses(reader: AsyncConnection, ids: Sequence[UUID | None]) -> dict[UUID, set[UserStatus]]:
    """In which states there are people, by organisation."""
    query = select(User.organisation_id, User.status).where(User.organisation_id.in_([i for i in ids if i is not None]))
    found: dict[UUID, set[UserStatus]] = {}
    for row in (await reader.execute(query.distinct())).all():
        found.setdefault(row.organisation_id, set()).add(row.status)
    return found


async def names(reader: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, str]:
    """Of people of SQP."""
    if not ids:
        return {}
    query = select(User.id, User.name).where(User.id.in_(ids), User.login.is_not(None))
    return {row.id: row.name for row in (await reader.execute(query)).all()}


async def last_said(
    reader: AsyncConnection, number: str, threads: Sequence[Thread], since: datetime
) -> datetime | None:
    """When a reseller or a client last wrote in these threads, if it was after ``since``."""
    query = select(func.max(Message.at)).where(
        Message.incident_number == number, Message.thread.in_(threads), Message.at > since, BY_PARTY
    )
    return (await reader.execute(query)).scalar_one()


async def attachments(
    reader: AsyncConnection, number: str, scopes: Sequence[Scope], organisation_id: UUID | None
) -> Sequence[AnyRow]:
    query = select(Attachment.__table__).where(
        Attachment.incident_number == number, Attachment.scope.in_(scopes), _shown_to(organisation_id)
    )
    return (await reader.execute(query.order_by(Attachment.id))).all()


async def attachments_of(
    reader: AsyncConnection, messages: Sequence[UUID], organisation_id: UUID | None
) -> dict[UUID, list[AnyRow]]:
    """The attachments of these messages, by message."""
    query = select(Attachment.__table__).where(Attachment.message_id.in_(messages), _shown_to(organisation_id))
    found: dict[UUID, list[AnyRow]] = {message: [] for message in messages}
    for row in (await reader.execute(query.order_by(Attachment.id))).all():
        found[row.message_id].append(row)
    return found


def _shown_to(organisation_id: UUID | None) -> ColumnElement[bool]:
    """What is attached, and to the organisation that named it what could not be, until it names it again."""
    later = aliased(Attachment)
    named_again = exists().where(
        later.incident_number == Attachment.incident_number,
        later.file_id == Attachment.file_id,
        later.organisation_id == Attachment.organisation_id,
        later.id > Attachment.id,
    )
    refused = and_(Attachment.state == "refused", Attachment.organisation_id == organisation_id, ~named_again)
    return or_(Attachment.state.in_(SHOWN), refused)


async def history(reader: AsyncConnection, number: str) -> Sequence[AnyRow]:
    """Oldest first."""
    query = (
        select(HistoryEntry.__table__, Organisation.name.label("organisation_name"))
        .outerjoin(Organisation, Organisation.id == HistoryEntry.organisation_id)
        .where(HistoryEntry.incident_number == number)
    )
    return (await reader.execute(query.order_by(HistoryEntry.id))).all()


def read_within(number: str) -> Select[str]:
    """The incident itself, and what was merged into it: of one reseller and one client."""
    return select(Incident.number).where(or_(Incident.number == number, Incident.merged_into == number))


async def merged(reader: AsyncConnection, number: str, principal: Principal) -> list[str]:
    """What was merged into the incident and ``principal`` sees, oldest first."""
    query = select(Incident.number).where(Incident.merged_into == number, visible(Incident, principal))
    return list((await reader.execute(query.order_by(Incident.number_key))).scalars().all())


def thread(number: str, name: Thread, principal: Principal) -> AnySelect:
    """Without what was merged into the incident and ``principal`` does not see."""
    within = read_within(number).where(visible(Incident, principal))
    return (
        select(Message.__table__, Organisation.name.label("organisation_name"))
        .outerjoin(Organisation, Organisation.id == Message.organisation_id)
        .where(Message.incident_number.in_(within), Message.thread == name)
    )


async def messages(
    reader: AsyncConnection, query: AnySelect, sort: paging.Sort, limit: int, cursor: str | None
) -> tuple[Sequence[AnyRow], str | None]:
    paged = paging.page(query, sort, Message.id.expression, limit, cursor)
    return paging.split((await reader.execute(paged)).all(), sort, limit)


async def addresses(reader: AsyncConnection, organisations: Sequence[UUID]) -> Sequence[AnyRow]:
    """Those of each organisation in the order given, its primary one first; the organisation's name as known now."""
    ranks = {identifier: rank for rank, identifier in enumerate(organisations)}
    rank = case(ranks, value=DeliveryAddress.organisation_id)
    query = (
        select(DeliveryAddress.__table__, Organisation.name.label("name_now"))
        .outerjoin(Organisation, Organisation.id == DeliveryAddress.organisation_id)
        .where(DeliveryAddress.organisation_id.in_(organisations), DeliveryAddress.deleted.is_(False))
        .order_by(rank, DeliveryAddress.is_primary.desc(), DeliveryAddress.id)
    )
    return (await reader.execute(query)).all()
