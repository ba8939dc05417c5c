"""Each cookie is this host's alone, and pages that are opened at once do not spoil each other's forms."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from devkit.fake_upstream import Site

SOURCES = Path(__file__).parents[1] / "src"
SENT = {"Sec-Fetch-Site": "same-origin"}
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


async def opened(site: Site, path: str = "/connexion", cookie: str = "") -> tuple[str, list[str]]:
    """What the page's form carries, and the cookies that came with it."""
    async with site.http.get(path, headers={"Cookie": cookie} if cookie else {}) as got:
        found = TOKEN.search(await got.text())
        assert found
        return found[1], got.headers.getall("Set-Cookie", [])


def pair(line: str) -> str:
    return line.partition(";")[0]


async def test_two_first_pages_at_once_keep_their_forms(site: Site) -> None:
    (first, [one]), (second, [other]) = await opened(site), await opened(site)
    held = f"{pair(one)}; {pair(other)}"
    for token in (first, second):
        form = {"csrf": token, "theme": "dark"}
        sent = {**SENT, "Cookie": held}
        async with site.http.post("/theme", data=form, headers=sent, allow_redirects=False) as got:
            assert got.status == 303
    token, cookies = await opened(site, cookie=held)
    assert (token in (first, second), cookies) == (True, [])


async def test_a_token_of_another_browser_is_forged(site: Site) -> None:
    (token, _), (_, [other]) = await opened(site), await opened(site)
    sent = {**SENT, "Cookie": pair(other)}
    async with site.http.post("/theme", data={"csrf": token, "theme": "dark"}, headers=sent) as got:
        assert got.status == 403


@pytest.mark.parametrize(
    ("path", "fields", "names"),
    [
        ("/theme", {"theme": "dark"}, {"__Host-theme"}),
        ("/langue", {"language": "en"}, {"__Host-language", "__Host-chosen-language"}),
        ("/deconnexion", {}, {"__Host-flash", "__Host-session"}),
    ],
)
async def test_every_cookie_is_of_this_host_alone(
    site: Site, path: str, fields: dict[str, str], names: set[str]
) -> None:
    token, [line] = await opened(site)
    sent = {**SENT, "Cookie": pair(line)}
    async with site.http.post(path, data={"csrf": token, **fields}, headers=sent, allow_redirects=False) as got:
        set_cookies = got.headers.getall("Set-Cookie")
    found = [morsel for each in [line, *set_cookies] for morsel in SimpleCookie(each).values()]
    assert names <= {morsel.key for morsel in found}
    for morsel in found:
        assert (morsel["path"], morsel["domain"], morsel["samesite"]) == ("/", "", "lax")
        assert (bool(morsel["secure"]), bool(morsel["httponly"])) == (True, True)


def test_one_place_sets_cookies() -> None:
    setting = [path.name for path in SOURCES.rglob("*.py") if re.search(r"\.(set|delete)_cookie\(", path.read_text())]
    assert setting == ["cookies.py"]
