"""What a browser loads for the first sight of four pages, and when it has painted the largest part of each.

In the embedded stack with the demonstration data, by headless Chromium with an empty cache: on a desktop as it is; on a
phone with a processor four times slower and a line of 1.6 Mbit/s with 150 ms for a round trip, which is what Lighthouse
takes for a phone. Each page is loaded anew, with nothing of the one before.
"""

from __future__ import annotations

import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, StorageState, ViewportSize, async_playwright

from benchmarks.pairs import bounded
from demonstration.seeding import PASSWORD
from devkit.servers.targets import find_chromium
from devstack.testing.embedded import EmbeddedStack

LOGIN = "revendeur_test"
CONTRACT = "29962"
LOADS = 5
KIB = 1024
WHOLE, SCRIPT, PAINTED = 120, 40, 1000
PHONE = ViewportSize(width=390, height=844)
DESKTOP = ViewportSize(width=1440, height=900)
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
# The last that is reported once the page is hidden, when no larger part can come any more.
LARGEST = """() => new Promise((done) => {
  new PerformanceObserver((list) => done(list.getEntries().at(-1).startTime))
    .observe({ type: "largest-contentful-paint", buffered: true });
})"""


@dataclass
class Load:
    """Bytes over the wire, headers included, and milliseconds until the largest part is painted."""

    sent: dict[str, int] = field(default_factory=dict)
    scripts: set[str] = field(default_factory=set)
    painted: float = 0.0

    @property
    def whole(self) -> float:
        return sum(self.sent.values()) / KIB

    @property
    def script(self) -> float:
        return sum(size for request, size in self.sent.items() if request in self.scripts) / KIB


async def main() -> None:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sqp-bench-")))
        embedded = EmbeddedStack(folder)
        stack.push_async_callback(embedded.stop)
        await embedded.start()
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        stack.push_async_callback(browser.close)
        session, incident = await _opened(browser, embedded.url)
        pages = {
            "contracts": "/contrats",
            "a contract": f"/contrats/{CONTRACT}",
            "an incident": incident,
            "the declaration": f"/contrats/{CONTRACT}/declarer",
        }
        for name, path in pages.items():
            desktop = [await load(browser, embedded.url + path, session, slow=False) for _ in range(LOADS)]
            phone = [await load(browser, embedded.url + path, session, slow=True) for _ in range(LOADS)]
            bounded(f"Page of {name}: KiB over the wire, first sight", [each.whole for each in desktop], "KiB", WHOLE)
            bounded(f"Page of {name}: KiB of script", [each.script for each in desktop], "KiB", SCRIPT)
            bounded(
                f"Page of {name}: largest part painted on a slow phone", [each.painted for each in phone], "ms", PAINTED
            )


async def _opened(browser: Browser, url: str) -> tuple[StorageState, str]:
    """What a browser holds once logged in, and where the newest incident is."""
    async with await browser.new_context(locale="fr-FR") as context:
        page = await context.new_page()
        await page.goto(f"{url}/connexion")
        await page.get_by_label("Identifiant").fill(LOGIN)
        await page.get_by_label("Mot de passe").fill(PASSWORD)
        await page.get_by_role("button", name="Connexion").click()
        await page.wait_for_url("**/contrats*")
        await page.goto(f"{url}/incidents")
        newest = await page.locator("a[href^='/incidents/2']").first.get_attribute("href")
        return await context.storage_state(), newest or ""


async def load(browser: Browser, url: str, session: StorageState, *, slow: bool) -> Load:
    found = Load()
    context = await browser.new_context(viewport=PHONE if slow else DESKTOP, locale="fr-FR", storage_state=session)
    page = await context.new_page()
    protocol = await context.new_cdp_session(page)

    def received(event: dict[str, Any]) -> None:
        if event["type"] == "Script":
            found.scripts.add(event["requestId"])

    protocol.on("Network.responseReceived", received)
    protocol.on(
        "Network.loadingFinished", lambda event: found.sent.update({event["requestId"]: event["encodedDataLength"]})
    )
    await protocol.send("Network.enable")
    if slow:
        await protocol.send("Network.emulateNetworkConditions", SLOW)
        await protocol.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    await page.goto(url, wait_until="load")
    found.painted = await page.evaluate(LARGEST)
    await context.close()
    return found
