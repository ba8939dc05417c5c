"""Where a log-in or a choice leads back to is a page of this site, whatever was asked."""

from __future__ import annotations

import pytest

from portal import paths


@pytest.mark.parametrize(
    "path", ["/", "/contrats", "/contrats?q=a%20b&sort=-number", "/incidents/26112601?onglet=client#x"]
)
def test_a_path_of_ours_is_kept(path: str) -> None:
    assert paths.local(path) == path


@pytest.mark.parametrize(
    "path",
    [
        *("", "contrats", "//evil.example", "/\\evil.example", "///evil.example", "https://evil.example/contrats"),
        *("//[x", "http://[x", "javascript:alert(1)", "/a\nSet-Cookie: b", "/a\0b", "/\t/evil.example", "[" * 5000),
    ],
)
def test_anything_else_leads_nowhere(path: str) -> None:
    assert paths.local(path) == ""


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("https://nasexchange.fr/contrats?q=1", "/contrats?q=1"),
        ("/incidents", "/incidents"),
        ("http://[x", ""),
        ("", ""),
        ("http://nasexchange.fr", ""),
    ],
)
def test_the_path_of_an_address_is_read_without_an_error(address: str, path: str) -> None:
    assert paths.of(address) == path
