"""What the incident's pages share: their blueprint, and what an address names."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode

from portal import paths
from portal.api_client import ApiRefused
from portal.page import Page
from portal.router import Blueprint

blueprint = Blueprint()

NUMBER = re.compile("[0-9]{8,16}")
LINE = re.compile("[1-9][0-9]{0,3}")
MOST_VIEW = 500
# What *next* keeps of a view; a colleague's incidents are not given to others.
OF_VIEW = ("q", "who", "action", "state", "reseller_id", "service_level")
OWN = ("", "mine", "unassigned")


def number_of(page: Page) -> str:
    """The incident that the address names; what could be none is missing like any other."""
    number = str(page.request.path_params["number"])
    if not NUMBER.fullmatch(number):
        raise ApiRefused(404, {})
    return number


def line_of(page: Page) -> int:
    """The line of an exchange that the address names."""
    written = str(page.request.path_params["line"])
    if not LINE.fullmatch(written):
        raise ApiRefused(404, {})
    return int(written)


def path_of(number: str, tab: str = "") -> str:
    return f"/incidents/{number}?onglet={tab}" if tab else f"/incidents/{number}"


def here(page: Page, number: str, tab: str = "") -> str:
    """The path of an incident that an agent goes on with: with the view of the queue, in which *next* goes on."""
    named = {name: value for name, value in (("onglet", tab), ("vue", view_of(page))) if value}
    return f"{path_of(number)}?{urlencode(named)}" if named else path_of(number)


def view_of(page: Page) -> str:
    """The view of the queue from which an agent came: of the form, of the address, or of the page before it."""
    before = dict(parse_qsl(paths.of(page.request.headers.get("referer", "")).partition("?")[2]))
    view = (page.field("vue") or page.query("vue") or before.get("vue", ""))[:MOST_VIEW]
    return view if wanted(view) else ""


def wanted(view: str) -> dict[str, str]:
    """The filters in ``view``, which an address or a form holds as a query."""
    given = {name: value for name, value in parse_qsl(view[:MOST_VIEW]) if name in OF_VIEW}
    return {name: value for name, value in given.items() if name != "who" or value in OWN}
