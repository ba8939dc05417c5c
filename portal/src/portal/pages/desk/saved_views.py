"""Views of the queue under a name: the tabs above it with their counters, and the pages that save and change them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from starlette.responses import Response

from api.incidents.desk_views import MOST_COUNTED, DeskView, DeskViewCreate, DeskViews
from portal.api_client import ApiRefused
from portal.forms import BARE, FINE, Field, Form, FormErrors
from portal.page import Page
from portal.page_request import or_unavailable
from portal.pages.desk import view_words
from portal.pages.desk.view_tabs import VIEWS, asked, href, tabs
from portal.pages.incidents.desk_bar import PATH
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.services import desk_views
from portal.translations import N_

blueprint = Blueprint()

FORM = Form(Field("name", N_("Nom de la vue")), places={"name_taken": "name"})
SAVED = N_("La vue est enregistrée.")
CHANGED = N_("La vue est modifiée.")
REMOVED = N_("La vue est supprimée.")


@blueprint.get(VIEWS)
async def list_views(page: Page) -> Response:
    found = await _every(page)
    words = dict(zip([each.id for each in found.items], await _described(page, found.items), strict=True))
    return await page.render(
        "desk/views.html", found=found, words=words, href=lambda view: href(view, may_write=found.may_write)
    )


@blueprint.get(f"{VIEWS}/onglets")
async def show_tabs(page: Page) -> Response:
    """The tabs once more, with what each view holds: asked by the page, which waits for nothing. Where that is not to
    be had the tabs stay as they are."""
    if not page.wants("desk-views"):
        return page.redirect(PATH)
    found, counted = await asyncio.gather(_every(page), or_unavailable(desk_views.counts(page)))
    counts = {each.id: _shown(each.count) for each in counted.items} if counted else {}
    # The address that the browser shows; cut by hand, as any text may stand in a header.
    _, _, query = page.request.headers.get("HX-Current-URL", "").partition("?")
    return page.fragment("desk/tabs.html", {"views": tabs(found, asked(dict(parse_qsl(query))), counts)})


@blueprint.get(f"{VIEWS}/nouvelle")
@writers("sqp")
async def new_view(page: Page) -> Response:
    return await _form(page, asked(page.request.query_params), FINE)


@blueprint.post(f"{VIEWS}/nouvelle")
@writers("sqp")
async def create_view(page: Page) -> Response:
    query = asked(dict(parse_qsl(page.field("query"))))
    values = {"name": page.field("name"), "is_shared": bool(page.field("is_shared")), "query": query}
    trouble = await FORM.attempt(
        page, lambda: desk_views.create(page, page.build(DeskViewCreate, values), page.field("key"))
    )
    return await _form(page, query, trouble) if trouble else _to_queue(page, query, SAVED)


@blueprint.get(f"{VIEWS}/{{id:uuid}}")
@writers("sqp")
async def show_view(page: Page) -> Response:
    read = await desk_views.one(page, _id(page)).read()
    return await _one(page, read.body, FormErrors(200, etag=read.etag))


@blueprint.post(f"{VIEWS}/{{id:uuid}}")
@writers("sqp")
async def change_view(page: Page) -> Response:
    resource = desk_views.one(page, _id(page))
    now = await resource.get()
    values: dict[str, object] = {"name": page.field("name")}
    if now.is_mine:
        values["is_shared"] = bool(page.field("is_shared"))
    if now.lost:
        # What is lost is left out for good.
        values["query"] = now.query
    trouble = await FORM.patch(page, resource, values)
    if trouble:
        return await _one(page, now, trouble)
    return page.redirect(VIEWS, flash=page.gettext(CHANGED))


@blueprint.post(f"{VIEWS}/{{id:uuid}}/supprimer")
@writers("sqp")
async def remove_view(page: Page) -> Response:
    trouble = await BARE.attempt(page, lambda: desk_views.remove(page, _id(page), page.field("etag")))
    if trouble:
        return await _one(page, await desk_views.one(page, _id(page)).get(), trouble)
    return page.redirect(VIEWS, flash=page.gettext(REMOVED))


def _shown(count: int) -> str:
    return f"{MOST_COUNTED - 1}+" if count >= MOST_COUNTED else str(count)


async def _every(page: Page) -> DeskViews:
    if not page.may("sqp"):
        raise ApiRefused(404, {})
    return await desk_views.every(page)


async def _described(page: Page, views: list[DeskView]) -> list[list[str]]:
    return await view_words.described(page, [each.query for each in views])


async def _form(page: Page, query: dict[str, str], trouble: FormErrors) -> Response:
    words = (await view_words.described(page, [query]))[0]
    context = {
        "words": words,
        "query": urlencode(query),
        "trouble": trouble,
        "key": page.field("key") or secrets.token_urlsafe(16),
        "name": page.field("name"),
        "is_shared": bool(page.field("is_shared")),
    }
    return await page.render("desk/view_new.html", context, status=trouble.status)


async def _one(page: Page, view: DeskView, trouble: FormErrors) -> Response:
    context = {
        "view": view,
        "words": (await _described(page, [view]))[0],
        "lost": [page.gettext(view_words.LABELS.get(each, each)) for each in view.lost],
        "queue": f"{PATH}?{urlencode(view.query)}" if view.query else PATH,
        "trouble": trouble,
        "name": page.field("name") or view.name,
        "is_shared": bool(page.field("is_shared")) if page.field("name") else view.is_shared,
    }
    return await page.render("desk/view.html", context, status=trouble.status)


def _to_queue(page: Page, query: Mapping[str, str], said: str) -> Response:
    return page.redirect(f"{PATH}?{urlencode(query)}" if query else PATH, flash=page.gettext(said))


def _id(page: Page) -> UUID:
    return UUID(str(page.request.path_params["id"]))
