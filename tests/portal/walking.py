"""Going through all pages: one log-in per person, a window of its own per page, and what to ask of a page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, Page, StorageState
from tests.portal.paths import Place

from demonstration.seeding import PASSWORD
from portal.cookies import LANGUAGE

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# Moving parts hide what is behind them for a moment; pictures and checks want the page at rest.
SETTLED = "document.fonts.ready.then(() => Promise.all(document.getAnimations().map((each) => each.finished)))"


def cookie_of_language(url: str, language: str) -> Any:
    """The protocol takes a cookie of this host alone from https only, and sends it to localhost all the same."""
    secure = url.replace("http://", "https://")
    return {"name": LANGUAGE, "value": language, "url": secure, "secure": True, "httpOnly": True}


@dataclass
class Walker:
    """``facts`` fills the names in the places' paths. What pages complain of is collected in ``complaints``."""

    browser: Browser
    url: str
    facts: dict[str, str]
    # Log-in and password behind the name of a place's person, where they are not the demonstration's.
    persons: dict[str, tuple[str, str]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    _sessions: dict[str, StorageState] = field(default_factory=dict)

    @asynccontextmanager
    async def at(self, place: Place, **options: Any) -> AsyncIterator[Page]:
        """The page there, whose status is the one that is due; options go to the browser's context."""
        language = options.pop("language", "fr")
        chosen = {"viewport": DESKTOP, "base_url": self.url, "reduced_motion": "reduce", **options}
        state = await self._session(place.login)
        context = await self.browser.new_context(storage_state=state, **chosen)
        await context.add_cookies([cookie_of_language(self.url, language)])
        page = await context.new_page()
        self._listen(page, place)
        try:
            answer = await page.goto(place.path.format_map(self.facts))
            assert answer is not None
            assert answer.status == place.status, f"{place.name}: {answer.status}"
            yield page
        finally:
            await context.close()

    def _listen(self, page: Page, place: Place) -> None:
        page.on("pageerror", lambda error: self.complaints.append(f"{place.name}: {error}"))
        page.on(
            "console",
            lambda message: (
                self.complaints.append(f"{place.name}: {message.text}")
                if "Content Security Policy" in message.text
                else None
            ),
        )

    async def _session(self, login: str | None) -> StorageState | None:
        if login is None:
            return None
        if login not in self._sessions:
            context = await self.browser.new_context(base_url=self.url)
            page = await context.new_page()
            await page.goto("/connexion")
            name, password = self.persons.get(login, (login, PASSWORD))
            await page.locator("#login").fill(name)
            await page.locator("#password").fill(password)
            await page.locator("button.primary").click()
            await page.wait_for_url("**/contrats*")
            self._sessions[login] = await context.storage_state()
            await context.close()
        return self._sessions[login]
