"""Going through all pages: a tab of its own per page, and what to ask of a page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page
from tests.portal.entering import enter, host_cookie
from tests.portal.paths import Place

from demonstration.seeding import PASSWORD
from portal.cookies import LANGUAGE

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# Moving parts hide what is behind them for a moment; pictures and checks want the page at rest.
# One that was cut short, by a change of width for example, is at rest as well.
SETTLED = "document.fonts.ready.then(() => Promise.allSettled(document.getAnimations().map((each) => each.finished)))"


@dataclass
class Walker:
    """``facts`` fills the names in the places' paths. What pages complain of is collected in ``complaints``."""

    browser: Browser
    url: str
    facts: dict[str, str]
    # Log-in and password behind the name of a place's person, where they are not the demonstration's.
    persons: dict[str, tuple[str, str]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    _contexts: dict[tuple[str | None, str], BrowserContext] = field(default_factory=dict)

    @asynccontextmanager
    async def at(self, place: Place, **options: Any) -> AsyncIterator[Page]:
        """The page there, whose status is the one that is due; options go to the browser's context."""
        context = await self._context(place.login, options)
        page = await context.new_page()
        self._listen(page, place)
        try:
            answer = await page.goto(place.path.format_map(self.facts))
            assert answer is not None
            assert answer.status == place.status, f"{place.name}: {answer.status}"
            yield page
        finally:
            await page.close()

    async def _context(self, login: str | None, options: dict[str, Any]) -> BrowserContext:
        """One for all pages that a person looks at with the same options: it holds scripts, styles and fonts."""
        key = (login, repr(sorted(options.items())))
        if key not in self._contexts:
            language = options.pop("language", "fr")
            chosen = {"viewport": DESKTOP, "base_url": self.url, "reduced_motion": "reduce", **options}
            context = await self.browser.new_context(**chosen)
            if login:
                page = await context.new_page()
                await enter(page, self.url, *self.persons.get(login, (login, PASSWORD)))
                await page.close()
            await context.add_cookies([host_cookie(self.url, LANGUAGE, language)])
            self._contexts[key] = context
        return self._contexts[key]

    async def close(self) -> None:
        for context in self._contexts.values():
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
