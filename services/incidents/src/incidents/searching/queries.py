"""What is found in texts, for one reader. Nothing of a text that the reader does not read is counted or sorted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, case, cast, func, literal, literal_column, not_, select, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.ext.asyncio import AsyncConnection

from api.incidents.texts import TextPart
from chassis.http import paging
from chassis.sql import AnyRow, AnySelect
from incidents.access import readable, visible
from incidents.models import Attachment, Incident, Message, Organisation
from incidents.searching.models import SearchText
from incidents.searching.repository import FRENCH
from web.auth.principal import Principal
from web.text.prose import SHORTEST_BEGINNING

FRENCH_STEM: ColumnElement[Any] = literal_column("'french_stem'::regdictionary")
NEWEST = paging.Sort("at", SearchText.at.expression, descending=True)
# The same order, by an expression that no index has. PostgreSQL guesses too high how many texts hold a rare word: it
# would go through all texts from the newest on, to find a few by their words or none.
_AT: ColumnElement[Any] = type_coerce(SearchText.at.op("+")(literal_column("interval '0'")), SearchText.at.type)
NEWEST_OF_FEW = paging.Sort("at", _AT, descending=True)
# Counting stops here: a larger number does not help the reader and costs time.
MOST_COUNTED = 1000
_RESELLER_NOW = select(Organisation.name).where(Organisation.id == Incident.reseller_id).scalar_subquery()
# A declaration taken on the telephone was written by SQP, although its declarer is a reseller or client.
_DECLARED_BY = case((Incident.caller_name.is_not(None), "sqp"), else_=Incident.declarer_kind)

SHOWN = (
    SearchText.id,
    SearchText.part,
    SearchText.scope,
    SearchText.at,
    SearchText.message_id,
    Incident.number,
    Incident.title,
    Incident.status,
    func.coalesce(_RESELLER_NOW, Incident.reseller_name).label("reseller_name"),
    func.coalesce(Incident.client_name_now, Incident.client_name).label("client_name"),
    func.coalesce(Message.body, Attachment.name, Incident.description).label("text"),
    func.coalesce(Message.author_name, Attachment.attached_by_name, Incident.declared_by_name).label("by_name"),
    func.coalesce(Message.organisation_kind, Attachment.organisation_kind, _DECLARED_BY).label("by_kind"),
    Attachment.file_id,
    Attachment.message_id.label("of_message"),
    Attachment.scan,
)


def listing(principal: Principal, words: Sequence[str], part: TextPart) -> AnySelect:
    """Texts that hold each word, or begin or decline one so. ``words`` are :func:`web.text.prose.asked`'s."""
    query = select(SearchText.id).where(SearchText.part == part, _holds(words))
    return query.where(visible(SearchText, principal), readable(SearchText, principal))


async def counts(reader: AsyncConnection, query: AnySelect, words: Sequence[str]) -> dict[str, int]:
    """How many texts ``query`` finds, and how many of them hold each word as it was typed; no further than 1,001."""
    return await paging.counts(reader, {"all": query, "typed": query.where(_as_typed(words))}, MOST_COUNTED)


async def page(
    reader: AsyncConnection,
    query: AnySelect,
    words: Sequence[str],
    counted: Mapping[str, int],
    limit: int,
    cursor: str | None,
) -> tuple[Sequence[AnyRow], str | None]:
    """Newest first, those with each word as it was typed before the others. ``counted`` is :func:`counts`'."""
    as_typed = _as_typed(words)
    many = {True: counted["typed"] > MOST_COUNTED, False: counted["all"] > MOST_COUNTED > 2 * counted["typed"]}

    async def fetch(exact: bool, limit: int, cursor: str | None) -> Sequence[AnyRow]:
        # Where none has the words as typed, 20,000 texts would be read to find just that.
        other = query.where(not_(as_typed)) if counted["typed"] else query
        chosen = query.where(as_typed) if exact else other
        order = NEWEST if many[exact] else NEWEST_OF_FEW
        return (await reader.execute(paging.page(chosen, order, SearchText.id.expression, limit, cursor))).all()

    found, following = await paging.exact_first(fetch, NEWEST, limit, cursor)
    return await _shown(reader, [row.id for row in found]), following


async def stems(reader: AsyncConnection, words: Sequence[str]) -> dict[str, str]:
    """French stems, of the words that have one."""
    each = func.unnest(cast(words, ARRAY(Text))).table_valued("word").render_derived()
    stem = func.array_to_string(func.ts_lexize(FRENCH_STEM, each.c.word), "")
    rows = (await reader.execute(select(each.c.word, stem.label("stem")))).all()
    return {row.word: row.stem for row in rows if row.stem}


async def _shown(reader: AsyncConnection, ids: Sequence[UUID]) -> Sequence[AnyRow]:
    """What is shown of these, in their order; the texts themselves are read of a page alone."""
    query = (
        select(*SHOWN)
        .select_from(SearchText)
        .join(Incident, Incident.number == SearchText.incident_number)
        .outerjoin(Message, Message.id == SearchText.message_id)
        .outerjoin(Attachment, Attachment.id == SearchText.attachment_id)
        .where(SearchText.id.in_(ids))
    )
    rows = {row.id: row for row in (await reader.execute(query)).all()} if ids else {}
    return [rows[identifier] for identifier in ids if identifier in rows]


def _holds(words: Sequence[str]) -> ColumnElement[bool]:
    return SearchText.words.bool_op("@@")(reduce(lambda all_of, one: all_of.op("&&")(one), map(_word, words)))


def _as_typed(words: Sequence[str]) -> ColumnElement[bool]:
    return SearchText.words.bool_op("@@")(_tsquery(" & ".join(f"'{word}'" for word in words)))


def _word(word: str) -> ColumnElement[Any]:
    beginning = f"'{word}':*" if len(word) >= SHORTEST_BEGINNING else f"'{word}'"
    return _tsquery(beginning).op("||")(func.plainto_tsquery(FRENCH, literal(word, Text, literal_execute=True)))


def _tsquery(written: str) -> ColumnElement[Any]:
    """As a part of the statement and no parameter of it: how many texts have a word decides how they are read, and a
    plan that is kept for any word reads all of them."""
    return cast(literal(written, Text, literal_execute=True), TSQUERY)
