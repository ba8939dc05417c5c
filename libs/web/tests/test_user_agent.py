"""A browser is named as its owner would."""

from __future__ import annotations

import pytest

from web.user_agent import described, named

WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"


@pytest.mark.parametrize(
    ("device", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox sur Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/140.0", "Edge sur Windows"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {CHROME} Safari/537.36", "Chrome sur Linux"),
        (f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {CHROME} Mobile Safari/537.36", "Chrome sur Android"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {WEBKIT} Safari/604.1", "Safari sur iPhone"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) {WEBKIT} Safari/605.1.15", "Safari sur macOS"),
        ("curl/8.14", "curl/8.14"),
        ("", "Appareil inconnu"),
    ],
)
def test_a_browser_is_named_with_its_system(device: str, name: str) -> None:
    assert described(device, "fr") == name


def test_the_language_is_the_readers() -> None:
    assert described(f"Mozilla/5.0 (X11; Linux x86_64) {CHROME}", "en") == "Chrome on Linux"
    assert described("", "en") == "Unknown device"


def test_a_program_is_named_as_it_names_itself() -> None:
    agent = "Mozilla/5.0 (compatible; Stock/2.1) Chrome/1"
    assert named(agent, "fr") == agent
