"""Fresh incidents for tests, and what one does on their pages."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Locator, Page, expect

from demonstration.caller import Caller

People = Callable[[str], Caller]
Declare = Callable[..., Awaitable[str]]

DECLARED = itertools.count(1)
LOG = b"2026-11-20 08:12:41 [ERR] md1: disk failure on sda3\n"


def declaring_as(people: People, name: str) -> Declare:
    """``await declare(by="client_test")``: the number of a fresh incident on Client Test's contract 30101."""

    addresses: dict[str, Any] = {}

    async def declare(by: str = "revendeur_test", files: tuple[str, ...] = (), key: str = "", **fields: Any) -> str:
        who, once = people(by), f"{name} {key}"
        if by not in addresses:
            addresses[by] = (await who.get("/delivery-addresses", contract="30101"))["items"][0]["id"]
        uploads = [await who.upload(file, LOG, "text/plain", key=f"{once} {file}") for file in files]
        body = {
            "contract_number": "30101",
            "title": f"Problème avec mon NAS, n° {next(DECLARED)}",
            "nature": "defective",
            "serial_numbers": ["Q217B20101", "Z9CB20101"],
            "description": "Il redémarre seul.",
            "file_ids": [upload["id"] for upload in uploads],
            "delivery_address": {"address_id": addresses[by]},
            **fields,
        }
        return str((await who.post("/incidents", body, key=once))["number"])

    return declare


async def move(who: Caller, number: str, *statuses: str) -> None:
    for status in statuses:
        version = (await who.get(f"/incidents/{number}"))["version"]
        change = {"status": status, "note": "Hors garantie." if status == "rejected" else ""}
        await who.post(f"/incidents/{number}/status", change, if_match=f'"{version}"')


async def share(client: Caller, number: str, shared_with: str = "organisation") -> None:
    version = (await client.get(f"/incidents/{number}"))["version"]
    await client.put(f"/incidents/{number}/sharing", {"shared_with": shared_with}, if_match=f'"{version}"')


async def live(page: Page) -> None:
    """The page hears what others do."""
    await expect(page.locator("body[data-live]")).to_have_count(1)


def composer(page: Page) -> Locator:
    return page.locator("form.composer")


async def attach(page: Page, name: str, content: bytes = LOG) -> None:
    chosen: Any = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    await composer(page).locator("input[type=file]").first.set_input_files(chosen)


async def send(page: Page) -> None:
    await composer(page).get_by_role("button", name="Envoyer à").click()


async def write(page: Page, sentence: str) -> None:
    await composer(page).locator("textarea").fill(sentence)
    await send(page)
