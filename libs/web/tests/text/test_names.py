"""Names of people and of organisations go into e-mails that SQP sends, so no mail program finds a link in them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from web.text.names import OptionalPersonName, OrganisationName, PersonName, unlinked

LINKS = ["Gagnez sur http://evil.example", "ftp://a", "voir www.evil", "WWW.evil.fr", "tapez 192.0.2.7", "10.1.2"]
LINKS += ["t.co/x bit.ly/y", "Banque evil.example/login", "https\uff1a//evil", "evil\uff0eexample/x"]
HOSTS = ["evil.example", "Cliquez bit.ly", "ma-banque.fr merci", "Banque EVIL.COM", "evil\uff0eexample"]
PEOPLE = ["Anne-Laure", "J.-P.", "J.P. d’Arc", "O’Neill", "Jr.", "Dr. Nguyễn", "M. Élan", "李", "R2-D2", "J.Dupont"]
ORGANISATIONS = ["Materiel.net", "S.A.R.L. Dupont & Fils", "3.14 Conseil", "C/O Martin", "A.S/B.T", "Wwwoué"]


def _takes(kind: Any, value: str) -> bool:
    try:
        return bool(TypeAdapter(kind).validate_python(value) == value)
    except ValidationError:
        return False


@pytest.mark.parametrize("value", LINKS)
def test_no_name_holds_the_address_of_a_site(value: str) -> None:
    assert not any(_takes(kind, value) for kind in (PersonName, OptionalPersonName, OrganisationName))


@pytest.mark.parametrize("value", [*HOSTS, "x" * 61])
def test_names_of_people_hold_no_host_and_are_short(value: str) -> None:
    assert not _takes(PersonName, value)
    assert not _takes(OptionalPersonName, value)


@pytest.mark.parametrize("value", [*PEOPLE, "x" * 60])
def test_names_of_people_are_taken(value: str) -> None:
    assert _takes(PersonName, value)
    assert _takes(OptionalPersonName, value)


@pytest.mark.parametrize("value", [*ORGANISATIONS, "x" * 200])
def test_names_of_organisations_are_taken(value: str) -> None:
    assert _takes(OrganisationName, value)


# As mail programs find hosts: a name, a dot, a top-level domain.
FOUND = re.compile(r"[\w-]+\.(?:com|net|fr|example|co)\b|://[\w]|\d\.\d", re.IGNORECASE)


@pytest.mark.parametrize("value", ["Booking.com", "OVH.COM", "1&1.fr SAS", "a.b.co", "http://evil.example", "10.1.2.3"])
def test_no_program_finds_a_host_in_a_name_in_an_e_mail(value: str) -> None:
    assert FOUND.search(value)
    written = unlinked(value)
    assert not FOUND.search(written)
    assert written.replace("\u2060", "") == value


@pytest.mark.parametrize("value", ["1&1", "Dupont & Fils.", "J. Dupont", "Élan… et co", ""])
def test_other_names_are_written_as_they_are(value: str) -> None:
    assert unlinked(value) == value
