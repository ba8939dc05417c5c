"""Saved views as the tabs above the queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from api.incidents.desk_views import DeskView, DeskViews
from portal.page import Page
from portal.page_request import or_unavailable
from portal.pages.incidents.desk_bar import PATH
from portal.services import desk_views

VIEWS = f"{PATH}/vues"
NONE = DeskViews(items=[], may_write=False)
OF_QUEUE = ("q", "when", "who", "action", "state", "service_level", "reseller_id", "sort")
DEFAULTS = {"sort": "urgency", "when": "due"}


class Tab(NamedTuple):
    """``counter`` is empty until it is known; ``is_here``: the queue shows this view now."""

    view: DeskView
    href: str
    counter: str
    is_here: bool


async def of_page(page: Page) -> DeskViews:
    """None while the service does not say: the queue stands without them."""
    return await or_unavailable(desk_views.every(page)) or NONE


def tabs(found: DeskViews, here: Mapping[str, str], counts: Mapping[UUID, str] | None = None) -> list[Tab]:
    known = counts or {}
    return [
        Tab(
            each,
            href(each, may_write=found.may_write),
            known.get(each.id, ""),
            not each.lost and each.query == here,
        )
        for each in found.items
    ]


def href(view: DeskView, *, may_write: bool) -> str:
    """To the queue; of a view that has lost something, to the page that says so."""
    if view.lost:
        return f"{VIEWS}/{view.id}" if may_write else VIEWS
    return f"{PATH}?{urlencode(view.query)}" if view.query else PATH


def asked(given: Mapping[str, object]) -> dict[str, str]:
    """What of an address a view keeps, as the service does: without what is as it is anyway."""
    kept = {name: str(given.get(name) or "").strip()[:200] for name in OF_QUEUE}
    return {name: value for name, value in kept.items() if value and value != DEFAULTS.get(name)}
