"""E-mail addresses: stored as they are sent, refused where they could not be written to."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from web.schemas import EmailAddress, OptionalEmail
from web.text import mailboxes


def _read(kind: Any, value: Any) -> Any:
    return TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Jean.Dupont@Exemple.FR", "Jean.Dupont@exemple.fr"),
        ("mailto:jean@exemple.fr", "jean@exemple.fr"),
        ("MAILTO:jean@exemple.fr?subject=x", "jean@exemple.fr"),
        ("<jean@exemple.fr>", "jean@exemple.fr"),
        ("\ufeffjean\u200b@exemple\u00ad.fr\u00a0", "jean@exemple.fr"),
        ("jean\u2011paul@exemple.fr", "jean-paul@exemple.fr"),
        ("o’neil@exemple.fr", "o'neil@exemple.fr"),
        ("jean+nas/1@exemple.fr", "jean+nas/1@exemple.fr"),
        ("jean@société.fr", "jean@xn--socit-esab.fr"),
        ("jean@SOCIÉTÉ.fr", "jean@xn--socit-esab.fr"),
        ("jean@xn--socit-esab.fr", "jean@xn--socit-esab.fr"),
    ],
    ids=ascii,
)
def test_an_address_is_stored_as_it_is_sent(written: str, stored: str) -> None:
    assert _read(EmailAddress, written) == stored
    assert mailboxes.can_be_written(stored)
    assert _read(EmailAddress, mailboxes.shown(stored)) == stored


def test_a_domain_is_shown_readable() -> None:
    assert mailboxes.shown("jean@xn--socit-esab.fr") == "jean@société.fr"
    assert [mailboxes.shown(value) for value in ("", "a@xn--\0", "x@b.fr")] == ["", "a@xn--\0", "x@b.fr"]


@pytest.mark.parametrize(
    "written",
    [
        *(
            "a@b..fr",
            "a..b@x.fr",
            ".a@x.fr",
            "a.@x.fr",
            "a:b@c.fr",
            "x(y)@b.fr",
            "a@-b.fr",
            "a@b-.fr",
            "éric@x.fr",
            "a@b",
            "@b.fr",
        ),
        *(
            "a@b.fr.",
            "a@@b.fr",
            "a@b.fr,c@d.fr",
            "Jean <a@b.fr>",
            '"a b"@c.fr',
            "a@[192.0.2.1]",
            "a@b_c.fr",
            "a b@c.fr",
            "a@b\nc.fr",
        ),
        *(
            "a" * 65 + "@b.fr",
            "a@" + "b" * 64 + ".fr",
            "a@" + "b.c" * 100 + ".fr",
            "a;b@c.fr",
            "a@b.local",
            "a\\b@c.fr",
            "\u200b",
        ),
    ],
    ids=ascii,
)
def test_what_cannot_be_written_to_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        _read(EmailAddress, written)


def test_an_address_that_is_optional_may_be_nothing_that_is_seen() -> None:
    assert [_read(OptionalEmail, value) for value in ("", " ", "\u200b\ufeff")] == ["", "", ""]
