"""The guide, page 9: Gestion des incidents."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from playwright.async_api import Page, Route, expect
from services.files.tests.pictures import photo
from tests.portal.incidents import LOG, Declare, People, live, share, write

from web.text.folding import fold

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]

PHONE = {"width": 390, "height": 844}


async def test_page_9_incidents_shows_every_ticket_in_the_five_columns(visit: Visit, declare: Declare) -> None:
    number = await declare()
    page = await visit("revendeur_test", "/contrats")
    await page.get_by_role("navigation", name="Menu principal").get_by_role("link", name="Incidents").click()
    await page.wait_for_url("**/incidents")
    heads = await page.locator("thead th").all_inner_texts()
    titles = ["#", "Intitulé", "Référence produit", "Client", "État"]
    assert [head.strip(" ↑↓\n").lower() for head in heads] == [title.lower() for title in titles]
    row = page.locator("tbody tr", has_text=number)
    for sentence in ("Problème avec mon NAS", "TS-131K-1TIW", "Q217B20101", "Client Test", "Déclaré"):
        await expect(row).to_contain_text(sentence)
    await page.goto("/incidents?q=degrade")
    await expect(page.locator("tbody tr", has_text="Disque 2 dégradé")).to_contain_text("Résolu")


async def test_page_9_the_list_searches_as_one_types_sorts_and_tells_open_from_closed(visit: Visit) -> None:
    page = await visit("revendeur_test", "/incidents")
    box = page.get_by_placeholder("Rechercher dans toutes les colonnes")
    await box.press_sequentially("degrade")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.locator("tbody mark").first).to_have_text("dégradé")
    await expect(box).to_be_focused()
    await page.goto("/incidents")
    await page.get_by_role("link", name="Intitulé").click()
    await expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Intitulé")
    titles = [fold(title) for title in await page.locator("tbody .row-link").all_inner_texts()]
    assert titles == sorted(titles)
    await page.locator("a.counter", has_text="Clos").click()
    await expect(page.locator("tbody tr", has_text="Façade cassée")).to_have_count(0)
    await expect(page.locator("tbody tr", has_text="Disque 2 dégradé")).to_be_visible()
    assert "open=false" in page.url


async def test_page_9_the_list_goes_on_25_at_a_time(visit: Visit, declare: Declare) -> None:
    for index in range(26):
        await declare(title=f"Série {index:02d}", key=str(index))
    page = await visit("sqp_support", "/incidents?q=serie&sort=title")
    await expect(page.locator("tbody .row-link")).to_have_count(25)
    await live(page)
    # Meanwhile something happens: the list reads itself afresh, and does not lose what was asked of it.
    asked, may_go_on = asyncio.Event(), asyncio.Event()

    async def slowly(route: Route) -> None:
        asked.set()
        await may_go_on.wait()
        await route.continue_()

    await page.route("**/incidents?*cursor=*", slowly)
    await page.get_by_role("link", name="Afficher la suite").click()
    await asked.wait()
    await page.evaluate("document.body.dispatchEvent(new CustomEvent('stream-reset'))")
    async with page.expect_response(lambda answer: "shown=" in answer.url):
        may_go_on.set()
    await expect(page.locator("tbody .row-link")).to_have_count(26)
    await expect(page.locator("tbody .row-link").last).to_contain_text("Série 25")
    await expect(page.get_by_role("link", name="Afficher la suite")).to_have_count(0)


async def test_page_9_an_incident_shows_the_declaration_and_its_tabs(visit: Visit, declare: Declare) -> None:
    number = await declare(files=("document.txt",))
    page = await visit("revendeur_test", f"/incidents?q={number}")
    await page.get_by_role("link", name="Problème avec mon NAS").click()
    await expect(page.locator("nav.crumbs")).to_contain_text(f"Mes Incidents›Incident n° {number}")
    await expect(page.locator("h1")).to_contain_text("Problème avec mon NAS")
    await expect(page.locator(".incident-head")).to_contain_text(number)
    await expect(page.locator("#line")).to_contain_text("Déclaré")
    await expect(page.locator("#line")).to_contain_text("SQP va examiner la déclaration.")
    tabs = await page.locator(".tabs a").all_inner_texts()
    assert [tab.strip() for tab in tabs] == [
        "Déclaration",
        "Échange",
        "Adresse de livraison",
        "Contrat",
        "Client",
        "Messagerie",
        "Messagerie (SQP)",
    ]
    sheet = page.locator("section.sheet")
    for sentence in ("Produit défectueux", "Q217B20101", "TS-131K", "Z9CB20101", "Il redémarre seul.", "document.txt"):
        await expect(sheet).to_contain_text(sentence)


async def test_page_9_each_tab_has_its_own_address(visit: Visit, declare: Declare) -> None:
    number = await declare()
    page = await visit("revendeur_test", f"/incidents/{number}")
    shown = {
        "Adresse de livraison": ("adresse", "123 rue des tests"),
        "Contrat": ("contrat", "30101"),
        "Client": ("client", "client_test@sqp.fr"),
        "Messagerie": ("messagerie", "Visible par le client Client Test"),
        "Messagerie (SQP)": ("messagerie-sqp", "Visible par SQP"),
    }
    for name, (tab, sentence) in shown.items():
        await page.locator(".tabs").get_by_role("link", name=name, exact=True).click()
        await expect(page.locator(".tabs [aria-current=page]")).to_have_text(name, use_inner_text=True)
        await expect(page.locator("section.sheet")).to_contain_text(sentence)
        assert page.url.endswith(f"/incidents/{number}?onglet={tab}")
    await page.go_back()
    await expect(page.locator("section.sheet")).to_contain_text("Visible par le client Client Test")
    await page.reload()
    await expect(page.locator("section.sheet")).to_contain_text("Visible par le client Client Test")


async def test_page_9_an_older_link_by_fragment_opens_its_tab(visit: Visit, declare: Declare) -> None:
    number = await declare()
    page = await visit("revendeur_test", f"/incidents/{number}#messagerie-sqp")
    await expect(page.locator("section.sheet")).to_contain_text("Visible par SQP")


async def test_page_9_a_file_is_downloaded(visit: Visit, declare: Declare) -> None:
    number = await declare(files=("document.txt",))
    page = await visit("client_test", f"/incidents/{number}")
    row = page.locator(".attachment", has_text="document.txt")
    async with page.expect_download() as coming:
        await row.get_by_role("link", name="Télécharger").click()
    download = await coming.value
    assert download.suggested_filename == "document.txt"
    assert (await download.path()).read_bytes() == LOG
    await expect(row.get_by_text("Supprimer")).to_have_count(0)


async def test_page_9_photos_are_shown_small_and_what_cannot_be_by_its_icon(
    visit: Visit, declare: Declare, people: People
) -> None:
    number, who = await declare(), people("revendeur_test")
    pictures = {"photo.jpg": photo(), "abimee.jpg": photo()[:400], "notes.txt": LOG}
    ids = [
        (await who.upload(name, content, "application/octet-stream", key=f"{number} {name}"))["id"]
        for name, content in pictures.items()
    ]
    named = {"body": "Voici.", "file_ids": [*ids, str(uuid4())]}
    await who.post(f"/incidents/{number}/messages?thread=sqp", named, key=number)
    page = await visit("sqp_support", f"/incidents/{number}?onglet=messagerie-sqp")
    small = page.get_by_role("img", name="Aperçu de photo.jpg")
    await expect(small).to_be_visible()
    is_there = "(image) => image.complete && image.naturalWidth === 320"
    await page.wait_for_function(is_there, arg=await small.element_handle())
    assert await small.evaluate("(image) => [image.offsetWidth, image.offsetHeight]") == [96, 72]
    damaged = page.locator(".attachment", has_text="abimee.jpg")
    await expect(damaged.locator(".thumbnail.missing svg")).to_be_visible()
    await expect(damaged.locator("img")).to_be_hidden()
    await expect(page.locator(".attachment", has_text="notes.txt").locator("img")).to_have_count(0)
    await expect(page.locator(".attachment")).to_have_count(3)
    page = await visit("revendeur_test", f"/incidents/{number}?onglet=messagerie-sqp")
    await expect(page.locator(".attachment", has_text="Fichier non joint")).to_contain_text("joignez-le de nouveau")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
async def test_page_9_a_file_is_deleted_once_confirmed(visit: Visit, declare: Declare, scripts: bool) -> None:
    number = await declare(files=("document.txt",))
    page = await visit("revendeur_test", f"/incidents/{number}", java_script_enabled=scripts)
    row = page.locator(".attachment", has_text="document.txt")
    while not scripts and await row.get_by_text("Supprimer", exact=False).count() == 0:
        await page.reload()
    asks = row.locator("summary")
    question = row.get_by_text("Supprimer « document.txt » pour de bon ?")
    await asks.click()
    await expect(question).to_be_visible()
    await expect(asks).to_contain_text("Annuler", use_inner_text=True)
    await asks.click()
    await expect(question).to_be_hidden()
    if scripts:
        await asks.click()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Escape")
        await expect(question).to_be_hidden()
        await expect(asks).to_be_focused()
    await asks.click()
    await row.get_by_role("button", name="Oui, supprimer").click()
    await expect(page.locator(".notice")).to_contain_text("Le fichier est supprimé.")
    await expect(page.locator("section.sheet")).to_contain_text("Aucun fichier joint.")


async def test_page_9_a_basic_user_reads_and_is_offered_nothing_to_change(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare(files=("document.txt",))
    await share(people("client_test"), number)
    for login in ("revendeur_basique", "cliente_testeuse"):
        page = await visit(login, f"/incidents/{number}?onglet=messagerie")
        await expect(page.locator("section.sheet")).to_contain_text("lecture seule")
        await expect(page.locator(".content form")).to_have_count(0)
        await page.locator("#tab-declaration").click()
        await expect(page.locator(".attachment")).to_contain_text("document.txt")
        await expect(page.locator(".content form")).to_have_count(0)


async def test_page_9_on_a_phone_nothing_is_cut_off(visit: Visit, declare: Declare) -> None:
    number = await declare(files=("document.txt",))
    page = await visit("revendeur_test", "/incidents", viewport=PHONE)
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not await page.evaluate(wider)
    for tab in ("declaration", "adresse", "contrat", "client", "messagerie", "messagerie-sqp"):
        await page.goto(f"/incidents/{number}?onglet={tab}")
        await expect(page.locator(f"#tab-{tab}")).to_be_in_viewport()
        assert not await page.evaluate(wider), tab
    await write(page, "Depuis mon téléphone.")
    await expect(page.locator(".message")).to_have_count(1)


async def test_page_9_an_incident_of_somebody_else_is_not_found(visit: Visit) -> None:
    page = await visit("client_test", "/incidents")
    await expect(page.locator("tbody tr", has_text="Disque 2 dégradé")).to_have_count(0)
    for path in ("/incidents/99999999", "/incidents/abc", "/incidents/26010101/messages/other"):
        answer = await page.goto(path)
        assert answer is not None
        assert answer.status == 404
