"""French punctuation is never torn from its word at the end of a line."""

from __future__ import annotations

import pytest

from web.i18n import Invalid, text
from web.text.typography import typographic

WRITTEN = (
    ("Contrat n° {number}", "Contrat n°\xa0{number}"),
    ("N°29962 : il reste {days} jours", "N°\xa029962\xa0: il reste {days} jours"),
    ("{name} a écrit : « {quote} »", "{name} a écrit\xa0: «\xa0{quote}\xa0»"),
    ("Peut-on continuer ? Oui ; vite !", "Peut-on continuer\xa0? Oui\xa0; vite\xa0!"),
    ("Taille : 20 Mo max., 100 %", "Taille\xa0: 20\xa0Mo max., 100\xa0%"),
    ("Un nouvel appareil : {device} (::1), à 10:05", "Un nouvel appareil\xa0: {device} (::1), à 10:05"),
    ("https://exemple.fr/a?b=c", "https://exemple.fr/a?b=c"),
)


@pytest.mark.parametrize(("typed", "shown"), WRITTEN)
def test_the_spaces_of_french_do_not_break(typed: str, shown: str) -> None:
    assert typographic(typed) == typographic(shown) == shown


@pytest.mark.parametrize(("typed", "shown"), WRITTEN)
def test_every_sentence_of_a_service_has_them(typed: str, shown: str) -> None:
    assert text(typed, typed) == {"fr": shown, "en": typed}
    assert Invalid(typed, typed).message["fr"] == shown
