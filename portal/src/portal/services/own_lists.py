"""What the portal asks of the identity service about what a person keeps of a list."""

from __future__ import annotations

from uuid import UUID

from api.identity.own_lists import HiddenColumnsPut, ListName, ListView, ListViewCreate, ListViewPatch, OwnList
from portal.page_request import PageRequest
from portal.services.resource import Resource


async def get(page: PageRequest, name: ListName) -> OwnList:
    return await page.get(OwnList, f"/me/lists/{name}")


async def hide(page: PageRequest, name: ListName, columns: HiddenColumnsPut) -> None:
    await page.change("PUT", f"/me/lists/{name}/hidden-columns", columns)


async def save(page: PageRequest, name: ListName, view: ListViewCreate, key: str) -> None:
    await page.change("POST", f"/me/lists/{name}/views", view, key=key)


def view(page: PageRequest, name: ListName, identifier: UUID) -> Resource[ListView, ListViewPatch]:
    return Resource(page, f"/me/lists/{name}/views/{identifier}", ListView, ListViewPatch)


async def remove(page: PageRequest, name: ListName, identifier: UUID, etag: str) -> None:
    await page.change("DELETE", f"/me/lists/{name}/views/{identifier}", etag=etag)
