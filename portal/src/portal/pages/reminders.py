"""Why there was a reminder of a contract's end, or none: what contracts computed, and who received it."""

from __future__ import annotations

import asyncio
from datetime import date

from starlette.responses import Response

from api.reminders import Reminder, Told, ToldReminders
from portal.page import Page
from portal.page_request import or_unavailable
from portal.pages.contract import number_of
from portal.router import Blueprint
from portal.services import contracts, reminders

blueprint = Blueprint()


@blueprint.get("/contrats/{number}/rappels")
async def show(page: Page) -> Response:
    # Notifications knows the number as it was registered.
    contract = await contracts.get(page, number_of(page))
    computed, told = await asyncio.gather(
        reminders.computed(page, contract.number), or_unavailable(reminders.told(page, contract.number))
    )
    return await page.render(
        "contracts/reminders.html",
        contract=contract,
        computed=computed,
        is_away=not isinstance(told, ToldReminders),
        told_of=lambda reminder, end: _told_of(reminder, end, told.items if isinstance(told, ToldReminders) else []),
    )


def _told_of(reminder: Reminder, end: date, told: list[Told]) -> list[Told]:
    """Those who were told of this reminder of this end of cover."""
    return [
        each for each in told if (each.kind, each.threshold, each.ends_on) == (reminder.kind, reminder.threshold, end)
    ]
