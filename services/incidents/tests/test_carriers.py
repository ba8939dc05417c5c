"""Carriers' numbers: as pasted, by whose check digit, and where they lead."""

from __future__ import annotations

import pytest

from api.incidents.exchange_steps import Carrier
from incidents.exchanges import carriers


@pytest.mark.parametrize(
    ("carrier", "number"),
    [
        ("chronopost", "XY123456785FR"),
        ("chronopost", "RR473124829FI"),
        ("colissimo", "6A07648914126"),
        ("colissimo", "8R48055558763"),
        ("colissimo", "6N00031133081"),
        ("colissimo", "RB123456785GB"),
        ("ups", "1Z999AA10123456784"),
        ("ups", "1Z5R89390357567127"),
        ("fedex", "986578788855"),
        ("dpd", "250123456789"),
        ("gls", "12345678901"),
        ("dhl", "1234567891"),
        ("other", "n’importe quoi"),
    ],
)
def test_a_number_of_its_carrier_is_not_doubted(carrier: Carrier, number: str) -> None:
    assert not carriers.is_doubtful(carrier, number)


@pytest.mark.parametrize(
    ("carrier", "number"),
    [
        ("chronopost", "XY123456784FR"),
        ("chronopost", "XY12345678FR"),
        ("colissimo", "6A07648914127"),
        ("ups", "1Z999AA10123456785"),
        ("ups", "1Z"),
        ("fedex", "986578788854"),
        ("dhl", "1234567892"),
        ("dpd", "25012345678912A"),
        ("gls", "A"),
    ],
)
def test_a_wrong_check_digit_or_form_is_doubted(carrier: Carrier, number: str) -> None:
    assert carriers.is_doubtful(carrier, number)


@pytest.mark.parametrize("wrong", "0123456789")
def test_one_wrong_digit_of_a_colissimo_is_always_seen(wrong: str) -> None:
    assert carriers.is_doubtful("colissimo", f"6A076{wrong}8914126") is (wrong != "4")


@pytest.mark.parametrize(
    "pasted",
    [
        "XY 1234 5678 5 FR",
        "xy123456785fr",
        "]C1XY123456785FR",
        " XY\u00a0123\u202f456\u200b785 FR\n",
        "https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT=XY123456785FR&langue=fr",
        "HTTPS://www.chronopost.fr/x/XY123456785FR",
    ],
)
def test_a_pasted_number_or_link_comes_to_the_number(pasted: str) -> None:
    assert carriers.tracking_number(pasted) == "XY123456785FR"


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "é" * 200,
        "—",
        "/",
        "../..",
        "_-_",
        "X" * 61,
        "https://www.chronopost.fr/",
        "https://[",
        "https://x.fr/éé",
        "http://x.example/<b>",
        "https://x.fr/suivi",
    ],
)
def test_what_has_no_number_in_it_comes_to_none(pasted: str) -> None:
    assert carriers.tracking_number(pasted) == ""


@pytest.mark.parametrize(
    ("pasted", "carrier"),
    [
        ("1Z999AA10123456784", "ups"),
        ("6A07648914126", "colissimo"),
        ("1234567891", "dhl"),
        ("https://trace.dpd.fr/fr/trace/250123456789", "dpd"),
        ("https://dpd.fr.example/250123456789", "other"),
        ("XY123456785FR", "other"),
        ("", "other"),
        ("https://", "other"),
        ("https://[", "other"),
    ],
)
def test_a_number_suggests_the_one_carrier_that_it_can_be_of(pasted: str, carrier: str) -> None:
    assert carriers.suggested(pasted) == carrier


@pytest.mark.parametrize("number", ["A/B", "A?B=C&D", "../..", "é", "<script>"])
def test_a_number_stays_a_word_of_the_link(number: str) -> None:
    url = carriers.tracking_url("dhl", number)
    assert url.startswith("https://www.dhl.com/fr-fr/home/suivi.html?tracking-id=")
    assert url.endswith("&submit=1")
    assert url.count("&") == 1
    assert "<" not in url


def test_every_page_is_https_and_of_a_known_host() -> None:
    for name, known in carriers.CARRIERS.items():
        url = carriers.tracking_url(name, "X")
        assert bool(url) is (name != "other")
        assert not url or any(url.split("/")[2].endswith(host) for host in known.hosts)
