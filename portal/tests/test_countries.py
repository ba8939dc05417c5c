"""Countries in both languages."""

from __future__ import annotations

from portal.countries import NEAR, countries, country


def test_the_near_countries_come_first_and_the_others_by_name_whatever_their_accents() -> None:
    names = list(countries("fr").values())
    assert names[: len(NEAR)] == ["France", "Belgique", "Suisse", "Luxembourg", "Monaco"]
    assert names.index("Égypte") < names.index("Émirats arabes unis") < names.index("Équateur") < names.index("Espagne")


def test_both_languages_name_the_same_codes() -> None:
    assert set(countries("fr")) == set(countries("en"))
    assert countries("en")["DE"] == "Germany"


def test_what_is_no_country_is_not_offered_and_an_unknown_code_is_shown_as_it_is() -> None:
    assert not {"EU", "UN", "ZZ"} & set(countries("fr"))
    assert country("ZZ", "fr") == "ZZ"
