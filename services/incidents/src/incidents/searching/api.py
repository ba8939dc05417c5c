"""The HTTP of searching in texts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.incidents.texts import TextPage, TextPart
from chassis.http import paging
from chassis.http.paging import Cursor
from chassis.http.unit_of_work import Reader, UnitOfWorkRoute
from chassis.searching import refuse_nul
from incidents import auth
from incidents.language import Lang
from incidents.searching import queries, views
from web.text import prose

# Each is read to its end for its excerpt.
MOST_AT_ONCE = 50

texts = APIRouter(prefix="/incidents", tags=["incidents"], route_class=UnitOfWorkRoute)


@texts.get("/texts")
async def search_texts(
    principal: auth.CanRead,
    reader: Reader,
    language: Lang,
    q: Annotated[str, Query(max_length=200)],
    part: TextPart = "message",
    limit: Annotated[int, Query(ge=1, le=MOST_AT_ONCE)] = 25,
    cursor: Cursor = None,
) -> TextPage:
    """Messages and declarations, or files by their names, that the caller may read and that hold every word of ``q``.

    A word is found by its beginning and in its other forms (``batteries`` finds *batterie*), accents, case and the
    notation of numbers aside. Words that every text has are not searched; a query of nothing else finds nothing.
    """
    refuse_nul(q)
    words = prose.asked(q)
    if not words:
        return TextPage(items=[], total=0, next=None)
    query = queries.listing(principal, words, part)
    counted = await queries.counts(reader, query, words)
    rows, following = await queries.page(reader, query, words, counted, limit, cursor)
    total, total_is = paging.total(counted["all"], queries.MOST_COUNTED)
    items = await views.hits(reader, rows, words, language)
    return TextPage(items=items, total=total, total_is=total_is, next=following)
