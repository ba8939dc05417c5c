"""A person's views of a list are saved, called otherwise and removed; its columns are chosen."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from starlette.responses import Response

from api.identity.own_lists import HiddenColumnsPut, ListName, ListViewCreate
from portal.api_client import ApiRefused
from portal.forms import BARE, FINE, Field, Form, FormErrors
from portal.page import Page
from portal.pages import contracts
from portal.pages.own_views import href
from portal.router import Blueprint
from portal.services import own_lists
from portal.translations import N_

blueprint = Blueprint()

FORM = Form(Field("name", N_("Nom de la vue")), places={"name_taken": "name"})
SAVED = N_("La vue est enregistrée.")
CHANGED = N_("La vue est modifiée.")
REMOVED = N_("La vue est supprimée.")


class Kept(NamedTuple):
    """A list of which views are kept: its name at the service, where it is, what it is called."""

    name: ListName
    path: str
    title: str


LISTS: Mapping[str, Kept] = {
    "contrats": Kept("contracts", "/contrats", N_("Contrats")),
    "incidents": Kept("incidents", "/incidents", N_("Incidents")),
}
VIEWS = "/vues/{list}"
ONE = f"{VIEWS}/{{id:uuid}}"


@blueprint.get(VIEWS)
async def list_views(page: Page) -> Response:
    of = _list(page)
    found = await own_lists.get(page, of.name)
    return await page.render("views/list.html", of=of, found=found, href=lambda view: href(of.path, view))


@blueprint.get(f"{VIEWS}/nouvelle")
async def new_view(page: Page) -> Response:
    return await _form(page, _list(page), _asked(page.query("query")), FINE)


@blueprint.post(f"{VIEWS}/nouvelle")
async def save_view(page: Page) -> Response:
    of, query = _list(page), _asked(page.field("query"))
    values = {"name": page.field("name"), "query": query}
    trouble = await FORM.attempt(
        page, lambda: own_lists.save(page, of.name, page.build(ListViewCreate, values), page.field("key"))
    )
    if trouble:
        return await _form(page, of, query, trouble)
    return page.redirect(_back(of, query), flash=page.gettext(SAVED))


@blueprint.post(f"{VIEWS}/colonnes")
async def choose_columns(page: Page) -> Response:
    of = _list(page)
    if of.name != "contracts":
        raise ApiRefused(404, {})
    shown = page.fields("column")
    hidden = [name for name, _ in contracts.columns(page)[1:] if name not in shown]
    await own_lists.hide(page, of.name, page.build(HiddenColumnsPut, {"columns": hidden}))
    return page.redirect(_back(of, _asked(page.field("query"))))


@blueprint.get(ONE)
async def show_view(page: Page) -> Response:
    of = _list(page)
    read = await own_lists.view(page, of.name, _id(page)).read()
    return await _one(page, of, read.body.name, FormErrors(200, etag=read.etag))


@blueprint.post(ONE)
async def rename_view(page: Page) -> Response:
    of = _list(page)
    resource = own_lists.view(page, of.name, _id(page))
    trouble = await FORM.patch(page, resource, {"name": page.field("name")})
    if trouble:
        return await _one(page, of, (await resource.get()).name, trouble)
    return page.redirect(_views(of), flash=page.gettext(CHANGED))


@blueprint.post(f"{ONE}/supprimer")
async def remove_view(page: Page) -> Response:
    of = _list(page)
    trouble = await BARE.attempt(page, lambda: own_lists.remove(page, of.name, _id(page), page.field("etag")))
    if trouble:
        read = await own_lists.view(page, of.name, _id(page)).read()
        return await _one(page, of, read.body.name, FormErrors(trouble.status, trouble.title, etag=read.etag))
    return page.redirect(_views(of), flash=page.gettext(REMOVED))


async def _form(page: Page, of: Kept, query: str, trouble: FormErrors) -> Response:
    context = {
        "of": of,
        "back": _back(of, query),
        "query": query,
        "trouble": trouble,
        "key": page.field("key") or secrets.token_urlsafe(16),
        "name": page.field("name"),
    }
    return await page.render("views/new.html", context, status=trouble.status)


async def _one(page: Page, of: Kept, known: str, trouble: FormErrors) -> Response:
    context = {"of": of, "id": _id(page), "known": known, "name": page.field("name") or known, "trouble": trouble}
    return await page.render("views/view.html", context, status=trouble.status)


def _list(page: Page) -> Kept:
    of = LISTS.get(str(page.request.path_params["list"]))
    if of is None:
        raise ApiRefused(404, {})
    return of


def _asked(query: str) -> str:
    """As an address has it, whatever was typed there; the list passes over what it does not know."""
    return urlencode(parse_qsl(query[:3000]))


def _back(of: Kept, query: str) -> str:
    return f"{of.path}?{query}" if query else of.path


def _views(of: Kept) -> str:
    return f"/vues{of.path}"


def _id(page: Page) -> UUID:
    return UUID(str(page.request.path_params["id"]))
