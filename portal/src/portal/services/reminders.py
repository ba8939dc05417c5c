"""A contract's reminders: contracts says what was computed, notifications who received them."""

from __future__ import annotations

from api.reminders import Reminders, ToldReminders
from portal.page_request import PageRequest


async def computed(page: PageRequest, number: str) -> Reminders:
    return await page.get(Reminders, f"/contracts/{number}/reminders")


async def told(page: PageRequest, number: str) -> ToldReminders:
    return await page.get(ToldReminders, "/notifications/reminders", contract=number)
