"""Pictures of every page, desktop and phone, in both themes, into screenshots/, from a stack of its own.

`--readme` takes the README's few, into docs/images; a word narrows to the pages whose name holds it.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import aiohttp
from playwright.async_api import ViewportSize, async_playwright
from tests.portal import paths
from tests.portal.walking import SETTLED, Walker

from devkit.servers.targets import find_chromium
from devstack.testing.embedded import EmbeddedStack

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "screenshots"
README = ROOT / "docs" / "images"

SIZES: dict[str, ViewportSize] = {
    "desktop": {"width": 1440, "height": 900},
    "phone": {"width": 390, "height": 844},
}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

SHOWN = (
    ("contracts", paths.RESELLER, "/contrats", {"width": 1200, "height": 720}),
    ("incident", paths.RESELLER, "/incidents/{incident}?onglet=messagerie", {"width": 1200, "height": 720}),
    ("phone", paths.RESELLER, f"/contrats/{paths.CONTRACT}", {"width": 390, "height": 720}),
)


async def main(readme: bool, narrowed_to: str) -> None:
    async with walker() as walking:
        if readme:
            await _for_readme(walking)
        else:
            await _all(walking, narrowed_to)


@asynccontextmanager
async def walker() -> AsyncIterator[Walker]:
    """A browser in front of a stack with the demonstration data, both ended afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="sqp-pictures-"))
    stack = EmbeddedStack(folder)
    try:
        await stack.start()
        async with aiohttp.ClientSession() as http, async_playwright() as playwright:
            facts = await paths.facts(stack, http)
            browser = await playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
            yield Walker(browser, stack.url, facts)
            await browser.close()
    finally:
        await stack.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _all(walking: Walker, narrowed_to: str) -> None:
    shutil.rmtree(PICTURES, ignore_errors=True)
    places = [place for place in paths.PLACES if narrowed_to in place.name]
    for theme in THEMES:
        for size, viewport in SIZES.items():
            for place in places:
                async with walking.at(place, viewport=viewport, color_scheme=theme) as page:
                    await page.evaluate(SETTLED)
                    await page.screenshot(path=PICTURES / theme / size / f"{place.name}.png", full_page=True)


async def _for_readme(walking: Walker) -> None:
    for name, login, path, viewport in SHOWN:
        async with walking.at(paths.Place(name, login, path), viewport=viewport, color_scheme="light") as page:
            await page.evaluate(SETTLED)
            await page.screenshot(path=README / f"{name}.png")


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    asyncio.run(main("--readme" in sys.argv, words[0] if words else ""))
