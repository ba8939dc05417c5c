"""The sentences about cover, in the guide's words."""

from __future__ import annotations

from datetime import date

from chassis.i18n import Language, Text, text
from contracts.models import State

COVER: dict[State, Text] = {
    "active": text("Votre matériel est protégé jusqu’au {day}", "Your equipment is protected until {day}"),
    "expiring": text(
        "Votre matériel est protégé jusqu’au {day} : il reste {days} jour(s)",
        "Your equipment is protected until {day}: {days} day(s) left",
    ),
    "expired": text(
        "Votre matériel n’est plus protégé depuis le {day}", "Your equipment has not been protected since {day}"
    ),
    "upcoming": text(
        "Votre matériel sera protégé à partir du {start}", "Your equipment will be protected from {start}"
    ),
}

NO_CONTRACT = text("Aucun contrat ne couvre le numéro de série {serial}.", "No contract covers serial number {serial}.")


def cover(state: State, starts_on: date, ends_on: date, today: date, language: Language) -> str:
    return COVER[state][language].format(
        day=f"{ends_on:%d/%m/%Y}", start=f"{starts_on:%d/%m/%Y}", days=(ends_on - today).days
    )
