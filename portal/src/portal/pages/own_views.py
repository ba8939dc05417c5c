"""A person's views of a list as the tabs above it, and which columns it shows that person."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from api.identity.own_lists import ListName, ListView, OwnList
from portal.listing import Listing
from portal.page import Page
from portal.page_request import or_unavailable
from portal.services import own_lists

NOTHING = OwnList(views=[], hidden=[])
# Both lists begin with the newest.
AS_IT_COMES = {"sort": "-number"}


class Tab(NamedTuple):
    """``is_here``: the list shows this view now."""

    name: str
    href: str
    is_here: bool


class Own(NamedTuple):
    """``query`` is what a view saved now would keep. ``may_save``: it is worth a name, and has none yet."""

    path: str
    tabs: list[Tab]
    query: str
    hidden: list[str]
    may_save: bool


async def kept(page: Page, name: ListName) -> OwnList:
    """Nothing while the service does not say: the list stands without."""
    return await or_unavailable(own_lists.get(page, name)) or NOTHING


def of(listing: Listing, found: OwnList) -> Own:
    here = {key: str(value) for key, value in listing.narrowing.items()}
    tabs = [Tab(view.name, href(listing.path, view), dict(parse_qsl(view.query)) == here) for view in found.views]
    may_save = here != AS_IT_COMES and not any(tab.is_here for tab in tabs)
    return Own(f"/vues{listing.path}", tabs, urlencode(here), found.hidden, may_save)


def href(path: str, view: ListView) -> str:
    """A view is a stored address: no list knows which one is open."""
    return f"{path}?{view.query}" if view.query else path
