"""The sentences about cover, in the guide's words."""

from __future__ import annotations

from datetime import date

from api.contracts import State
from web.i18n import Language, Text, text

COVER: dict[State, Text] = {
    "active": text("Votre matériel est protégé jusqu’au {day}", "Your equipment is protected until {day}"),
    "expiring": text(
        "Votre matériel est protégé jusqu’au {day} : il reste {days} jours",
        "Your equipment is protected until {day}: {days} days left",
    ),
    "expired": text(
        "Votre matériel n’est plus protégé depuis le {day}", "Your equipment has not been protected since {day}"
    ),
    "upcoming": text(
        "Votre matériel sera protégé à partir du {start}", "Your equipment will be protected from {start}"
    ),
    "credited": text(
        "Votre matériel a été repris contre un avoir le {credited} : il n’est plus protégé",
        "Your equipment was paid back on {credited}: it is protected no more",
    ),
}

# The last two days, where the plural would be wrong.
LAST_DAYS: dict[int, Text] = {
    1: text(
        "Votre matériel est protégé jusqu’au {day} : il reste 1 jour",
        "Your equipment is protected until {day}: 1 day left",
    ),
    0: text("Votre matériel est protégé jusqu’à aujourd’hui, {day}", "Your equipment is protected until today, {day}"),
}

NO_CONTRACT = text("Aucun contrat ne couvre le numéro de série {serial}.", "No contract covers serial number {serial}.")


def cover(
    state: State, starts_on: date, ends_on: date, today: date, language: Language, *, credited_on: date | None = None
) -> str:
    days = (ends_on - today).days
    sentence = LAST_DAYS.get(days, COVER[state]) if state == "expiring" else COVER[state]
    credited = f"{credited_on:%d/%m/%Y}" if credited_on else ""
    dates = {"day": f"{ends_on:%d/%m/%Y}", "start": f"{starts_on:%d/%m/%Y}", "credited": credited}
    return sentence[language].format(**dates, days=days)
