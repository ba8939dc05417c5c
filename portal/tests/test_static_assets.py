"""Scripts and styles: one sheet, compressed for whoever takes it, kept by browsers for ever."""

from __future__ import annotations

import gzip
import re

import pytest

from devkit.fake_upstream import Site
from portal import static_assets


def test_every_sheet_is_part_of_the_one_that_browsers_load() -> None:
    assert sorted(static_assets.SHEETS) == sorted(path.name for path in static_assets.STATIC.glob("*.css"))
    styles = static_assets.assets()["styles.css"].content.decode()
    for name in static_assets.SHEETS:
        assert (static_assets.STATIC / name).read_text() in styles


@pytest.mark.parametrize("name", ["styles.css", "htmx.js", "portal.js", "icon.svg"])
async def test_what_is_sent_compressed_is_what_is_sent_plain(site: Site, name: str) -> None:
    got = {}
    for encoding in ("gzip, br", "identity"):
        headers = {"Accept-Encoding": encoding}
        async with site.http.get(static_assets.asset(name), headers=headers) as answer:
            assert answer.status == 200
            assert "immutable" in answer.headers["Cache-Control"]
            assert answer.headers["Vary"] == "Accept-Encoding"
            got[answer.headers.get("Content-Encoding", "")] = await answer.read()
    assert gzip.decompress(got["gzip"]) == got[""] == static_assets.assets()[name].content


async def test_a_page_which_holds_secrets_is_not_compressed(site: Site) -> None:
    async with site.http.get("/connexion", headers={"Accept-Encoding": "gzip"}) as answer:
        assert "Content-Encoding" not in answer.headers
        page = await answer.text()
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    assert sheets == [static_assets.asset("styles.css")]


@pytest.mark.parametrize("name", ["nothing.js", "tokens.css", "..%2Fpage.py"])
async def test_what_is_no_asset_is_not_found(site: Site, name: str) -> None:
    async with site.http.get(f"/portail/{static_assets.digest()}/{name}") as answer:
        assert answer.status == 404
