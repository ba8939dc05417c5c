"""A declaration in the browser: its form, and what one does with it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from demonstration.caller import eventually
from devstack.testing import world as worlds
from devstack.testing.world import World

Form = Callable[..., Awaitable[Page]]

PHONE = {"width": 390, "height": 844}
LIMIT = 20 * 1024 * 1024
DETAILS = "Le NAS émet trois bips.\nPuis il s’éteint."
ADDRESS = {
    "N° et nom de rue": "4 place Bellecour",
    "Complément d’adresse": "Bâtiment B",
    "Ville": "Lyon",
    "Code postal": "69002",
    "E-mail": "livraison@sqp.example",
    "Téléphone": "01 23 45 67 89",
}
INCIDENT = re.compile("/incidents/[0-9]+$")
COUNTER = itertools.count(1)


async def new_contract(ours: World) -> str:
    number = f"{ours.mark}-D{next(COUNTER)}"
    body = worlds.contracts(ours)[ours.contract]
    articles = [{**article, "serial_number": f"{article['serial_number']}{number}"} for article in body["articles"]]
    await ours.office.put(f"/backoffice/contracts/{number}", {**body, "articles": articles})
    await eventually(lambda: addresses(ours, number), what=f"contract {number}")
    return number


async def addresses(ours: World, number: str) -> Any:
    """Where a delivery on the contract may go; refused until the incidents service knows the contract."""
    return await ours.reseller.get("/delivery-addresses", contract=number)


async def fill(page: Page, title: str = "Problème avec mon NAS") -> None:
    await page.get_by_label("Intitulé", exact=False).first.fill(title)
    await page.get_by_label("Nature de l’incident").select_option("Produit défectueux")
    await page.locator("input[name=serial_numbers]").first.check()
    await page.get_by_label("Descriptif").fill(DETAILS)


async def fill_address(page: Page) -> None:
    await page.get_by_label("Sélectionnez une adresse").select_option("Nouvelle adresse")
    for label, value in ADDRESS.items():
        await page.get_by_label(label, exact=False).fill(value)


async def submit(page: Page) -> None:
    await page.get_by_role("button", name="Valider ma déclaration").click()


async def declared(page: Page, ours: World) -> Any:
    await expect(page).to_have_url(INCIDENT)
    number = page.url.rsplit("/", 1)[1]
    await expect(page.get_by_role("status").first).to_contain_text(f"Votre déclaration n° {number} est enregistrée.")
    return await ours.reseller.get(f"/incidents/{number}")


def file(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "text/plain", "buffer": content}


def big_file(folder: Path, name: str, size: int) -> Path:
    """On the disk, where the browser reads it itself: as bytes it would be sent to the browser as text first."""
    (folder / name).write_bytes(b"a" * size)
    return folder / name


async def choose(page: Page, *files: Any) -> None:
    await page.locator("input[type=file]").first.set_input_files(list(files))


def rows(page: Page) -> Locator:
    return page.locator(".upload-list li")


async def everything_stands(page: Page) -> None:
    await expect(page.get_by_label("Intitulé", exact=False).first).to_have_value("Problème avec mon NAS")
    await expect(page.get_by_label("Nature de l’incident")).to_have_value("defective")
    await expect(page.locator("input[name=serial_numbers]").first).to_be_checked()
    await expect(page.get_by_label("Descriptif")).to_have_value(DETAILS)
    for label, value in ADDRESS.items():
        await expect(page.get_by_label(label, exact=False)).to_have_value(value)


async def end_session(page: Page) -> None:
    """As when it is revoked, or its time is over."""
    await page.context.clear_cookies(name="__Host-session")


async def log_in_again(page: Page, ours: World) -> None:
    await page.get_by_label("Identifiant").fill(f"reseller-{ours.mark.lower()}")
    await page.get_by_label("Mot de passe").fill(worlds.PASSWORD)
    await page.get_by_role("button", name="Connexion").click()


async def settled(page: Page, words: str) -> None:
    """The draft at the service holds the last thing typed."""
    number = re.findall("/contrats/([^/]+)/", page.url)[0]

    async def found() -> bool | None:
        answer = await page.request.get(f"/contrats/{number}/declarer")
        return True if words in await answer.text() else None

    await eventually(found, what="the draft")


async def tab_to(page: Page, name: str) -> None:
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.name") == name:
            return
    pytest.fail(f"the keyboard does not reach {name}")


async def slow(page: Page, megabytes: float) -> None:
    """Uploads at so many megabytes a second."""
    session = await page.context.new_cdp_session(page)
    rate = megabytes * 1024 * 1024
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": rate}
    await session.send("Network.emulateNetworkConditions", limits)
