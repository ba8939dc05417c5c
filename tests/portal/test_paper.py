"""An incident on paper, from the link on its page."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from playwright.async_api import Page
from pypdf import PdfReader
from tests.portal.conftest import Visit
from tests.portal.entering import host_cookie
from tests.portal.incidents import Declare, People

from devstack.testing.running import RunningStack
from portal.cookies import LANGUAGE

pytestmark = pytest.mark.e2e


async def downloaded(page: Page, link: str, folder: Path) -> tuple[str, str]:
    """The file's name and its text."""
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name=link).click()
    download = await downloading.value
    await download.save_as(folder / "printed.pdf")
    pages = PdfReader(BytesIO((folder / "printed.pdf").read_bytes())).pages
    return download.suggested_filename, "\n".join(page.extract_text() for page in pages).replace("\u00a0", " ")


async def test_each_side_has_on_paper_what_it_reads_on_the_page(
    visit: Visit, declare: Declare, people: People, tmp_path: Path
) -> None:
    number = await declare(files=("journal.log",))
    writing = people("revendeur_test")
    await writing.post(f"/incidents/{number}/messages?thread=client", {"body": "Bonjour, cher client."})
    await writing.post(f"/incidents/{number}/messages?thread=sqp", {"body": "Bonjour, cher support."})
    said: dict[str, str] = {}
    for login in ("client_test", "revendeur_test", "sqp_support"):
        page = await visit(login, f"/incidents/{number}")
        name, said[login] = await downloaded(page, "Télécharger en PDF", tmp_path)
        assert name == f"incident-{number}.pdf"
        assert f"Incident n° {number}" in said[login]
        assert "Q217B20101" in said[login]
        assert "journal.log" in said[login]
    reads = {login: ("cher client" in text, "cher support" in text) for login, text in said.items()}
    assert reads == {"client_test": (True, False), "revendeur_test": (True, True), "sqp_support": (False, True)}
    assert "Messagerie (SQP)" not in said["client_test"]


async def test_the_document_is_in_the_readers_language(
    visit: Visit, site: RunningStack, declare: Declare, tmp_path: Path
) -> None:
    page = await visit("revendeur_test", f"/incidents/{await declare()}")
    await page.context.add_cookies([host_cookie(site.url, LANGUAGE, "en")])
    await page.reload()
    _, said = await downloaded(page, "Download as PDF", tmp_path)
    assert "Delivery address" in said
    assert "Paris time" in said
