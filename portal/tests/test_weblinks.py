"""Links in what people write."""

from __future__ import annotations

import re

import pytest

from portal.weblinks import linked


@pytest.mark.parametrize(
    ("text", "address", "shown"),
    [
        ("Voir https://qnap.com/fr.", "https://qnap.com/fr", "Voir https://qnap.com/fr."),
        ("(https://qnap.com/a_(b)) ?", "https://qnap.com/a_(b)", "(https://qnap.com/a_(b)) ?"),
        (
            "« http://nas.local:8080/x?a=1&b=2 »",
            "http://nas.local:8080/x?a=1&b=2",
            "« http://nas.local:8080/x?a=1&b=2 »",
        ),
        ("http://10.0.0.5/cgi-bin/!", "http://10.0.0.5/cgi-bin/", "http://10.0.0.5/cgi-bin/!"),
        ("https://a.fr/b#c…", "https://a.fr/b#c", "https://a.fr/b#c…"),
        (
            "https://a.fr/'onmouseover=alert(1)",
            "https://a.fr/'onmouseover=alert(1)",
            "https://a.fr/'onmouseover=alert(1)",
        ),
    ],
)
def test_an_address_becomes_a_link_and_the_sentence_stays(text: str, address: str, shown: str) -> None:
    markup = linked(text)
    [href] = re.findall('<a href="([^"]*)" rel="noopener noreferrer nofollow">', markup)
    assert href.replace("&amp;", "&").replace("&#39;", "'") == address
    assert markup.striptags() == shown


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://a.fr",
        "//a.fr",
        "www.a.fr",
        "a@b.fr",
        "mailto:a@b.fr",
        "https://",
        "1 < 2",
    ],
)
def test_nothing_else_does(text: str) -> None:
    assert "<a" not in linked(text)
    assert linked(text).unescape() == text


def test_markup_of_people_stays_text() -> None:
    markup = linked('<script>x</script> https://a.fr/"><img src=x> <b>')
    assert re.findall("<[a-z]+", markup) == ["<a"]
