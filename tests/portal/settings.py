"""What the tests of the settings do on their pages."""

from __future__ import annotations

from playwright.async_api import Locator, Page


def notice(page: Page) -> Locator:
    return page.locator(".notice[role=status]")


def row_of(page: Page, mark: str) -> Locator:
    return page.locator("tbody tr", has_text=mark)
