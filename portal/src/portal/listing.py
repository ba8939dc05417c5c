"""A list's state, all of it in the address: search, sort, filters, place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from portal.page_request import PageRequest

PAGE_SIZE = 25
# As many rows as one answer of a service holds.
MAX_SHOWN = 200


EXPORTS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True)
class Column:
    """``direction`` is empty unless the list is sorted by this column; ``href`` sorts by it, or the other way."""

    name: str
    label: str
    direction: str
    href: str


@dataclass(frozen=True)
class Following:
    """``href`` without scripts, ``rows`` to be fetched with them, ``address`` to be shown then."""

    href: str
    rows: str
    address: str


@dataclass(frozen=True)
class Listing:
    """What a list page was asked. Unknown values fall back to the default rather than to an error page."""

    path: str
    titles: Sequence[tuple[str, str]]
    q: str
    sort: str
    filters: Mapping[str, str]
    cursor: str
    # How many rows the page shows already, so that a reload or going back shows as many.
    shown: int = PAGE_SIZE

    @classmethod
    def of(
        cls,
        visit: PageRequest,
        path: str,
        titles: Sequence[tuple[str, str]],
        *,
        default_sort: str,
        filters: Mapping[str, Sequence[str]],
    ) -> Listing:
        sort = visit.query("sort", default_sort)
        known = {name for name, _ in titles}
        chosen = {name: visit.query(name) for name, allowed in filters.items() if visit.query(name) in allowed}
        return cls(
            path=path,
            titles=titles,
            q=visit.query("q")[:200].replace("\0", ""),
            sort=sort if sort.removeprefix("-") in known else default_sort,
            filters=chosen,
            cursor=visit.query("cursor"),
            shown=_shown(visit.query("shown")),
        )

    @property
    def parameters(self) -> dict[str, object]:
        """For the service."""
        limit = PAGE_SIZE if self.cursor else self.shown
        return {"q": self.q, "sort": self.sort, "limit": limit, "cursor": self.cursor, **self.filters}

    @property
    def narrowing(self) -> dict[str, object]:
        """For the service, where the whole list is wanted."""
        return {name: value for name, value in self.parameters.items() if name not in ("limit", "cursor") and value}

    def export(self, ending: str) -> str:
        """Where the list is to be had as a file."""
        return f"{self.path}.{ending}?{urlencode(self.narrowing)}"

    @property
    def first_new(self) -> int:
        """Index of the first row that *Afficher la suite* has added; -1 on the first page."""
        if self.cursor:
            return 0
        return self.shown - PAGE_SIZE if self.shown > PAGE_SIZE else -1

    def following(self, cursor: str) -> Following:
        """What *Afficher la suite* does: with scripts it adds rows, without it shows the page again with more."""
        shown = self.shown + PAGE_SIZE
        if shown > MAX_SHOWN:
            here = self.href(cursor=cursor, shown=str(self.shown))
            return Following(here, here, self.href(shown=str(MAX_SHOWN)))
        address = self.href(shown=str(shown))
        return Following(f"{address}#suite", self.href(cursor=cursor, shown=str(shown)), address)

    @property
    def columns(self) -> list[Column]:
        return [self._column(name, label) for name, label in self.titles]

    def href(self, **changes: str) -> str:
        """This list with another filter, sort or place; the first page again unless ``cursor`` is given."""
        state = {"q": self.q, "sort": self.sort, **self.filters, "cursor": "", **changes}
        given = {name: value for name, value in state.items() if value}
        return f"{self.path}?{urlencode(given)}" if given else self.path

    def without_columns(self, hidden: Sequence[str]) -> Listing:
        """Shown without these; the first, in which the rows' links are, stays. It is sorted as before."""
        first, *others = self.titles
        return replace(self, titles=[first, *(title for title in others if title[0] not in hidden)])

    def shows(self, name: str) -> bool:
        return any(title[0] == name for title in self.titles)

    def _column(self, name: str, label: str) -> Column:
        if self.sort == name:
            return Column(name, label, "ascending", self.href(sort=f"-{name}"))
        return Column(name, label, "descending" if self.sort == f"-{name}" else "", self.href(sort=name))


def _shown(asked: str) -> int:
    if not (asked.isdecimal() and asked.isascii() and len(asked) < 6):
        return PAGE_SIZE
    pages = -(-int(asked) // PAGE_SIZE)
    return min(max(pages * PAGE_SIZE, PAGE_SIZE), MAX_SHOWN)
