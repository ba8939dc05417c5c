"""What is read of incidents: lists, the detail, history, threads, addresses, drafts. Columns, never entities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, false, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.auth.principal import Principal
from chassis.http import paging
from chassis.searching import matches
from chassis.sql import AnyRow, AnySelect
from events.incidents import Actor, Scope, Thread
from incidents.models import Attachment, Draft, HistoryEntry, Incident, Message
from incidents.read_models import Cover, DeliveryAddress, Organisation
from incidents.states import OPEN, SHOWN, STATUSES

# States sort in the order in which an incident goes through them.
PROGRESS = case({status: rank for rank, status in enumerate(STATUSES)}, value=Incident.status, else_=len(STATUSES))

SORTS: dict[str, ColumnElement[Any]] = {
    "number": Incident.number_key.expression,
    "title": Incident.title_key.expression,
    "product_reference": Incident.product_reference.expression,
    "client": Incident.client_key.expression,
    "status": PROGRESS,
}

MESSAGE_SORTS: dict[str, ColumnElement[Any]] = {"at": Message.position.expression}

ROW = (
    Incident.number,
    Incident.title,
    Incident.contract_number,
    Incident.product_reference,
    Incident.serial_number,
    Incident.articles,
    Incident.reseller_name,
    Incident.client_name,
    Incident.client_id,
    Incident.status,
    Incident.declared_at,
)


def visible(of: type[Incident] | type[Cover], who: Principal | Actor) -> ColumnElement[bool]:
    """A reseller sees what it sold, a client what it holds, SQP and its back office everything."""
    if who.organisation_kind == "reseller":
        return of.reseller_id == who.organisation_id
    if who.organisation_kind == "client":
        return of.client_id == who.organisation_id
    return true() if who.organisation_kind in (None, "sqp") else false()


def listing(principal: Principal, q: str, contract: str | None, client_id: UUID | None) -> AnySelect:
    query = select(*ROW).where(visible(Incident, principal), matches(Incident.search_text.expression, q))
    if contract is not None:
        query = query.where(Incident.contract_number == contract)
    return query.where(Incident.client_id == client_id) if client_id else query


def is_open(wanted: bool) -> ColumnElement[bool]:
    return Incident.status.in_(OPEN) if wanted else Incident.status.not_in(OPEN)


async def page(
    reader: AsyncConnection, query: AnySelect, sort: paging.Sort, limit: int, cursor: str | None
) -> tuple[Sequence[AnyRow], str | None]:
    paged = paging.page(query, sort, Incident.number_key.expression, limit, cursor)
    return paging.split((await reader.execute(paged)).all(), sort, limit)


async def counts(reader: AsyncConnection, everything: AnySelect, chosen: AnySelect) -> tuple[int, dict[str, int]]:
    """How many rows ``chosen`` has, and how many of ``everything`` are open and closed."""
    by_openness = {"open": everything.where(is_open(True)), "closed": everything.where(is_open(False))}
    counted = await paging.counts(reader, {"total": chosen, **by_openness})
    return counted.pop("total"), counted


async def incident(reader: AsyncConnection, number: str, principal: Principal) -> AnyRow | None:
    query = select(Incident.__table__).where(Incident.number == number, visible(Incident, principal))
    return (await reader.execute(query)).one_or_none()


async def cover(reader: AsyncConnection, number: str, principal: Principal) -> AnyRow | None:
    query = select(Cover.client_id, Cover.reseller_id).where(Cover.number == number, visible(Cover, principal))
    return (await reader.execute(query)).one_or_none()


async def organisations(reader: AsyncConnection, ids: Sequence[UUID | None]) -> dict[UUID, AnyRow]:
    query = select(Organisation.__table__).where(Organisation.id.in_([i for i in ids if i is not None]))
    return {row.id: row for row in (await reader.execute(query)).all()}


async def attachments(reader: AsyncConnection, number: str, scopes: Sequence[Scope]) -> Sequence[AnyRow]:
    query = select(Attachment.__table__).where(
        Attachment.incident_number == number, Attachment.scope.in_(scopes), Attachment.state.in_(SHOWN)
    )
    return (await reader.execute(query.order_by(Attachment.id))).all()


async def attachments_of(reader: AsyncConnection, messages: Sequence[UUID]) -> dict[UUID, list[AnyRow]]:
    """The attachments of these messages, by message."""
    query = select(Attachment.__table__).where(Attachment.message_id.in_(messages), Attachment.state.in_(SHOWN))
    found: dict[UUID, list[AnyRow]] = {message: [] for message in messages}
    for row in (await reader.execute(query.order_by(Attachment.id))).all():
        found[row.message_id].append(row)
    return found


async def history(reader: AsyncConnection, number: str) -> Sequence[AnyRow]:
    """Oldest first."""
    query = (
        select(HistoryEntry.__table__, Organisation.name.label("organisation_name"))
        .outerjoin(Organisation, Organisation.id == HistoryEntry.organisation_id)
        .where(HistoryEntry.incident_number == number)
    )
    return (await reader.execute(query.order_by(HistoryEntry.id))).all()


def thread(number: str, name: Thread) -> AnySelect:
    return (
        select(Message.__table__, Organisation.name.label("organisation_name"))
        .outerjoin(Organisation, Organisation.id == Message.organisation_id)
        .where(Message.incident_number == number, Message.thread == name)
    )


async def messages(
    reader: AsyncConnection, query: AnySelect, sort: paging.Sort, limit: int, cursor: str | None
) -> tuple[Sequence[AnyRow], str | None]:
    paged = paging.page(query, sort, Message.position.expression, limit, cursor)
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


async def draft(reader: AsyncConnection, principal: Principal, identifier: UUID) -> AnyRow | None:
    query = select(Draft.__table__).where(Draft.user_id == principal.user_id, Draft.id == identifier)
    return (await reader.execute(query)).one_or_none()
