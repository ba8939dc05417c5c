"""What SQP decides once for all of exchanges."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from events.exchange_words import Consequence
from web.i18n import Invalid
from web.schemas import Answer, Line, OptionalParagraphs, Request


def _few_lines(value: str) -> str:
    if len(value) > 400 or value.count("\n") > 7:
        raise Invalid("Huit lignes et 400 caractères au plus.", "Eight lines and 400 characters at most.")
    return value


FewLines = Annotated[OptionalParagraphs, AfterValidator(_few_lines)]
Days = Annotated[int, Field(ge=1, le=90)]


class ServiceLevelDays(Request):
    service_level: Line
    return_days: Days


class ExchangeSettings(Answer):
    """``revision`` counts SQP's changes (also the ETag). ``return_days``: until when a return is due, from the delivery
    of its replacement; ``by_service_level``: where it differs. ``extension_days``: what more time gives.

    ``presumed_delivered_days``: without news of the carrier, a parcel counts as delivered so many days after it left.
    ``return_address``: where returns go, in lines; empty while SQP names none.
    """

    revision: int
    return_days: int
    by_service_level: list[ServiceLevelDays]
    extension_days: int
    presumed_delivered_days: int
    overdue: Consequence
    return_address: str
    changed_at: datetime | None
    changed_by_name: str


class ExchangeSettingsPatch(Request):
    """Holds from now on; due dates that were told stay. What is left out stays as it is."""

    return_days: Days | None = None
    by_service_level: Annotated[list[ServiceLevelDays], Field(max_length=50)] | None = None
    extension_days: Days | None = None
    presumed_delivered_days: Days | None = None
    overdue: Consequence | None = None
    return_address: FewLines | None = None
