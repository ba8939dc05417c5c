"""What is found in texts, for one reader. Nothing of a text that the reader does not read is counted or sorted by."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, literal, literal_column, not_, select
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
_RESELLER_NOW = select(Organisation.name).where(Organisation.id == Incident.reseller_id).scalar_subquery()

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
    func.coalesce(Message.organisation_kind, Attachment.organisation_kind, Incident.declarer_kind).label("by_kind"),
    Attachment.file_id,
    Attachment.message_id.label("of_message"),
    Attachment.scan,
)


def listing(principal: Principal, words: Sequence[str], part: TextPart) -> AnySelect:
    """Texts that hold each word, or begin or decline one so. ``words`` are :func:`web.text.prose.asked`'s."""
    query = select(SearchText.id).where(SearchText.part == part, _holds(words))
    return query.where(visible(SearchText, principal), readable(SearchText, principal))


async def page(
    reader: AsyncConnection, query: AnySelect, words: Sequence[str], limit: int, cursor: str | None
) -> tuple[Sequence[AnyRow], str | None]:
    """Newest first, those with each word as it was typed before the others."""
    as_typed = SearchText.words.bool_op("@@")(_tsquery(" & ".join(f"'{word}'" for word in words)))

    some_typed = True

    async def fetch(exact: bool, limit: int, cursor: str | None) -> Sequence[AnyRow]:
        nonlocal some_typed
        # Of 20,000 texts the words would be read to find that none of them has the word as it was typed.
        chosen = query.where(as_typed if exact else not_(as_typed)) if exact or some_typed else query
        paged = paging.page(chosen, NEWEST, SearchText.id.expression, limit, cursor)
        rows = (await reader.execute(paged)).all()
        some_typed = bool(rows) or not exact
        return rows

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


def _word(word: str) -> ColumnElement[Any]:
    beginning = f"'{word}':*" if len(word) >= SHORTEST_BEGINNING else f"'{word}'"
    return _tsquery(beginning).op("||")(func.plainto_tsquery(FRENCH, literal(word, Text, literal_execute=True)))


def _tsquery(written: str) -> ColumnElement[Any]:
    """As a part of the statement and no parameter of it: how many texts have a word decides how they are read, and a
    plan that is kept for any word reads all of them."""
    return cast(literal(written, Text, literal_execute=True), TSQUERY)
