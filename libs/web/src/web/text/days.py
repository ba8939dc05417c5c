"""Days in words: *mercredi 20 mai*, short *mer. 20 mai*; of another year than the present one with its year."""

from __future__ import annotations

from datetime import date

from web import clock
from web.i18n import Language

WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS: dict[Language, list[str]] = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
SHORT_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


def spelled(day: date, language: Language, *, short: bool = False) -> str:
    weekday, month = WEEKDAYS[language][day.weekday()], MONTHS[language][day.month - 1]
    if short:
        weekday = f"{weekday[:3]}." if language == "fr" else weekday[:3]
        month = SHORT_MONTHS[day.month - 1] if language == "fr" else month[:3]
    number = "1er" if day.day == 1 and language == "fr" else str(day.day)
    year = "" if day.year == clock.today().year else f" {day.year}"
    return f"{weekday} {number} {month}{year}"
