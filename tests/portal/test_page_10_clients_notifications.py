"""The guide, page 10: clients and notifications; with them the resellers that SQP sees, and the search."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from devstack import caller
from devstack.testing import world as worlds
from devstack.testing.world import World
from events import organisation_id

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]
# The form as it stands, as an impatient first click sends it.
SENT_BEFORE = """async (selector) => {
    const form = document.querySelector(selector);
    await fetch(form.action, {method: "POST", body: new URLSearchParams(new FormData(form))});
}"""


@pytest.fixture
def as_reseller(visit: Visit, world: World) -> Callable[..., Awaitable[Page]]:
    async def open_page(path: str, **options: Any) -> Page:
        return await visit(f"reseller-{world.mark.lower()}", path, password=worlds.PASSWORD, **options)

    return open_page


def client_page(world: World) -> str:
    return f"/clients/{organisation_id('client', f'client-{world.mark}')}"


def heads_of(page: Page) -> Locator:
    return page.locator("thead th")


async def test_page_10_clients_with_the_number_of_contracts_in_force(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    await page.get_by_role("link", name="Clients").click()
    heads = [head.strip(" ↑↓\n").upper() for head in await heads_of(page).all_inner_texts()]
    assert heads == ["NOM", "TÉLÉPHONE", "EMAIL", "CONTRATS"]
    row = page.locator("tbody tr", has_text="Client Test")
    for fact in ("0123456789", "client_test@sqp.fr", re.compile(r"\d contrats? activés?")):
        await expect(row).to_contain_text(fact)
    await expect(page.locator("tbody tr", has_text="Atelier Durand")).to_contain_text("1 contrat activé")


async def test_page_10_clients_are_searched_while_typing_and_sorted(visit: Visit) -> None:
    page = await visit("revendeur_test", "/clients")
    await page.get_by_placeholder("Rechercher un client").press_sequentially("lefevre")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await expect(page.locator("tbody mark")).to_contain_text(["Lefèvre", "lefevre"])
    await page.goto("/clients")
    await page.get_by_role("link", name="Nom").click()
    await expect(page.locator("th[aria-sort=descending]")).to_contain_text("Nom")


async def test_page_10_a_client_shows_contracts_incidents_addresses_and_users(visit: Visit) -> None:
    page = await visit("revendeur_test", "/clients")
    await page.get_by_role("link", name="Client Test").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Client Test")
    await expect(page.get_by_role("region", name="Contrats")).to_contain_text("29962")
    await expect(page.get_by_role("region", name="Incidents")).to_contain_text("Problème avec mon NAS")
    await expect(page.get_by_role("region", name="Adresses de livraison")).to_contain_text("123 rue des tests")
    await expect(page.get_by_role("region", name="Utilisateurs")).to_contain_text("cliente_testeuse · Basique")
    await page.get_by_role("region", name="Contrats").get_by_role("link", name="29962").click()
    await expect(page).to_have_url(re.compile("/contrats/29962$"))


async def test_a_new_client_is_created_once_and_changed(as_reseller: Any, world: World) -> None:
    page = await as_reseller("/clients")
    await page.get_by_role("link", name="Nouveau client").click()
    await page.get_by_label("Nom / Raison sociale").fill(f"Menuiserie {world.mark}")
    await page.get_by_label("Email").fill("pas une adresse")
    await page.locator("form.card").evaluate("form => form.noValidate = true")
    await page.get_by_role("button", name="Créer le client").click()
    await expect(page.get_by_role("alert")).to_contain_text("Email")
    await expect(page.get_by_label("Nom / Raison sociale")).to_have_value(f"Menuiserie {world.mark}")
    await page.get_by_label("Email").fill("atelier@menuiserie.example")
    await page.evaluate(SENT_BEFORE, "form.card")
    await page.get_by_role("button", name="Créer le client").click()
    await expect(page.get_by_role("status")).to_have_text("Le client est créé.")
    await expect(page.get_by_role("region", name="Coordonnées")).to_contain_text("atelier@menuiserie.example")
    await page.get_by_role("link", name="Modifier", exact=True).click()
    await page.get_by_label("Téléphone").fill("04 72 00 00 00")
    await page.get_by_role("button", name="Enregistrer les modifications").click()
    await expect(page.get_by_role("region", name="Coordonnées")).to_contain_text("04 72 00 00 00")
    await page.goto(f"/clients?q=Menuiserie+{world.mark}")
    await expect(page.locator("tbody tr")).to_have_count(1)


async def test_a_reseller_manages_its_clients_addresses(as_reseller: Any, world: World) -> None:
    page = await as_reseller(client_page(world))
    await page.get_by_role("link", name="Nouvelle adresse").click()
    typed = {"Intitulé": "Entrepôt", "N° et nom de rue": "8 quai Rambaud", "Ville": "Lyon", "Code postal": "69002"}
    for label, value in {**typed, "Email": "quai@sqp.example", "Téléphone": "0478000000"}.items():
        await page.get_by_label(label).fill(value)
    await page.get_by_role("button", name="Enregistrer").click()
    addresses = page.get_by_role("region", name="Adresses de livraison")
    await expect(addresses).to_contain_text("8 quai Rambaud")
    await addresses.get_by_role("link", name="Modifier Entrepôt").click()
    await page.get_by_label("N° et nom de rue").fill("9 quai Rambaud")
    await page.get_by_label("En faire l’adresse principale").check()
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(addresses.locator("li", has_text="9 quai Rambaud")).to_contain_text("Adresse principale")
    await addresses.get_by_role("link", name="Modifier Entrepôt").click()
    await page.get_by_text("Supprimer cette adresse…").click()
    await page.get_by_role("button", name="Supprimer l’adresse").click()
    await expect(page.get_by_role("status")).to_have_text("L’adresse est supprimée.")
    await expect(addresses).not_to_contain_text("quai Rambaud")


async def test_access_is_closed_after_saying_what_it_means_and_opened_again(
    as_reseller: Any, visit: Visit, world: World
) -> None:
    page = await as_reseller(client_page(world))
    access = page.get_by_role("region", name="Accès au portail")
    await access.get_by_text("Fermer l’accès…").click()
    await expect(access).to_contain_text("Ses utilisateurs seront déconnectés.")
    await access.get_by_role("button", name=re.compile("Fermer l’accès de")).click()
    await expect(access).to_contain_text("Fermé")
    outside = await visit(None, "/connexion")
    await outside.get_by_label("Identifiant").fill(f"client-{world.mark.lower()}")
    await outside.get_by_label("Mot de passe").fill(worlds.PASSWORD)
    await outside.get_by_role("button", name="Connexion").click()
    await expect(outside.get_by_role("alert")).to_be_visible()
    await access.get_by_role("button", name="Ouvrir l’accès").click()
    await expect(access).to_contain_text("Ouvert")
    await visit(f"client-{world.mark.lower()}", "/contrats", password=worlds.PASSWORD)


async def test_requests_for_access_are_accepted_or_refused(as_reseller: Any, world: World) -> None:
    emails = [f"{name}-{world.mark.lower()}@ailleurs.example" for name in ("acceptee", "refusee")]
    for email in emails:
        request = {"contract_number": world.contract, "serial_number": world.serials[0], "email": email}
        await caller.anonymous(world.http, world.stack.url).post("/auth/register", request)

    async def arrived() -> Any:
        return (await world.reseller.get("/sign-up-requests", state="pending"))["total"] >= 2

    await caller.eventually(arrived, what="the requests")
    page = await as_reseller("/clients#demandes")
    requests = page.get_by_role("region", name="Demandes d’accès")
    await expect(requests.get_by_role("listitem")).to_have_count(2)
    await requests.get_by_role("button", name=f"Accepter la demande de {emails[0]}").click()
    await expect(page.get_by_role("status").first).to_contain_text("Demande acceptée")
    await requests.get_by_role("button", name=f"Refuser la demande de {emails[1]}").click()
    await expect(page.get_by_role("status").first).to_contain_text("Demande refusée")
    await expect(requests).to_have_count(0)
    assert await worlds.link_mailed_to(world.stack, emails[0])


async def test_a_basic_user_sees_clients_and_no_control(visit: Visit, world: World) -> None:
    page = await visit("revendeur_basique", "/clients")
    await expect(page.get_by_role("link", name="Nouveau client")).to_have_count(0)
    await page.get_by_role("link", name="Client Test").click()
    await expect(page.get_by_role("region", name="Contrats")).to_contain_text("29962")
    assert await page.locator("main form").count() == 0
    await expect(page.get_by_role("link", name=re.compile("Modifier|Nouvelle adresse"))).to_have_count(0)
    forced = await page.evaluate(
        "async (path) => (await fetch(path, {method: 'POST', body: new URLSearchParams("
        "{csrf: document.querySelector('[name=csrf]').value, open: 'false', etag: '\"1\"'})})).status",
        f"{page.url}/acces",
    )
    assert forced == 403


async def resolved(world: World) -> str:
    number = await worlds.declared(world)
    for status in ("in_diagnosis", "resolved"):
        version = (await world.support.get(f"/incidents/{number}"))["version"]
        change = {"status": status, "note": ""}
        await world.support.post(f"/incidents/{number}/status", change, if_match=f'"{version}"')
    return number


async def test_page_10_the_bell_tells_live_and_its_panel_leads_to_the_subject(as_reseller: Any, world: World) -> None:
    page = await as_reseller("/contrats")
    title = await page.title()
    before = int(await page.locator("#unread").inner_text() or 0)
    number = await resolved(world)
    await expect(page.locator("#unread")).to_have_text(str(before + 2))
    assert await page.title() == title
    await page.get_by_role("button", name="Notifications").click()
    panel = page.get_by_role("complementary", name="Panneau des notifications")
    await expect(panel.get_by_role("heading", name="Notifications")).to_be_focused()
    line = panel.get_by_role("listitem").first
    await expect(line).to_contain_text(f"[Nouveau statut] Incident n. {number}")
    await expect(line).to_contain_text("Cet incident a été résolu.")
    await expect(line).to_contain_text(re.compile(r"\d\d/\d\d/\d{4} \d\d:\d\d"))
    await expect(line).to_contain_text("Non lue")
    await line.get_by_role("link").click()
    await expect(page).to_have_url(re.compile(f"/incidents/{number}"))
    await expect(page.locator("#unread")).to_have_text(str(before + 1))


async def test_page_10_a_new_notification_enters_the_open_panel(as_reseller: Any, world: World) -> None:
    page = await as_reseller("/contrats")
    await page.get_by_role("button", name="Notifications").click()
    panel = page.get_by_role("complementary", name="Panneau des notifications")
    await expect(panel.get_by_role("heading")).to_be_visible()
    number = await resolved(world)
    await expect(panel.get_by_role("listitem").first).to_contain_text(f"Incident n. {number}")
    await expect(panel.get_by_role("listitem").first).to_contain_text("résolu")


async def test_page_10_all_marked_read_in_every_open_page(as_reseller: Any, world: World) -> None:
    await resolved(world)
    page, other = await as_reseller("/contrats"), await as_reseller("/notifications")
    await expect(other.locator("#unread")).not_to_be_empty()
    await page.get_by_role("button", name="Notifications").click()
    await page.get_by_role("button", name="Tout marquer comme lu").click()
    await expect(page.locator("#unread")).to_be_empty()
    await expect(page.locator("#panel .unread")).to_have_count(0)
    await expect(page.locator("#panel").get_by_role("heading")).to_be_focused()
    await expect(other.locator("#unread")).to_be_empty()
    await page.keyboard.press("Escape")
    await expect(page.locator("#panel")).to_be_hidden()
    await expect(page.get_by_role("button", name="Notifications")).to_be_focused()


async def test_page_10_the_panel_never_covers_what_one_writes(as_reseller: Any, world: World) -> None:
    number = await worlds.declared(world)
    page = await as_reseller(f"/incidents/{number}?onglet=messagerie")
    await page.get_by_role("button", name="Notifications").click()
    await expect(page.locator("#panel-title")).to_be_visible()
    composer, panel = page.locator("#content textarea").first, page.locator("#panel")
    written, opened = await composer.bounding_box(), await panel.bounding_box()
    assert written is not None
    assert opened is not None
    assert written["x"] + written["width"] <= opened["x"]
    await page.set_viewport_size({"width": 390, "height": 844})
    await composer.focus()
    await expect(panel).to_be_hidden()
    await expect(composer).to_be_focused()


async def test_page_10_notifications_without_scripts(as_reseller: Any, world: World) -> None:
    number = await resolved(world)
    page = await as_reseller("/contrats", java_script_enabled=False)
    await page.get_by_role("link", name="Notifications").click()
    await expect(page).to_have_url(re.compile("/notifications$"))
    await page.get_by_role("link", name=re.compile(f"Incident n. {number}.*résolu")).click()
    await expect(page).to_have_url(re.compile(f"/incidents/{number}"))
    await page.goto("/notifications")
    await page.get_by_role("button", name="Tout marquer comme lu").click()
    await expect(page.locator(".unread")).to_have_count(0)


async def test_an_exact_serial_answers_whether_it_is_covered(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    await page.get_by_role("combobox").fill("Q217B20101")
    await page.keyboard.press("Enter")
    answer = page.get_by_role("region", name="Q217B20101")
    await expect(answer).to_contain_text("Votre matériel est protégé jusqu’au")
    await expect(answer.get_by_role("link", name="Contrat n°30101")).to_be_visible()
    await answer.get_by_role("link", name="Déclarer un incident").click()
    await expect(page).to_have_url(re.compile("/contrats/30101/declarer"))
    await page.goto("/recherche?q=Q207B17555")
    answer = page.get_by_role("region", name="Q207B17555")
    await expect(answer).to_contain_text("09/12/2023")
    await expect(answer.get_by_role("link", name="Déclarer un incident")).to_have_count(0)


async def test_the_search_finds_contracts_incidents_and_clients_side_by_side(visit: Visit) -> None:
    page = await visit("revendeur_test", "/recherche?q=client test")
    for part, found in (("Contrats", "29962"), ("Incidents", "Problème avec mon NAS"), ("Clients", "Client Test")):
        await expect(page.get_by_role("region", name=part)).to_contain_text(found)
    await page.get_by_label("Rechercher un numéro de série").last.fill("rien de tel")
    await expect(page.locator("#results").get_by_role("status")).to_have_text("0 résultat")


async def test_the_top_bar_suggests_while_typing(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    await page.keyboard.press("/")
    box = page.get_by_role("combobox")
    await expect(box).to_be_focused()
    await box.press_sequentially("lefevre")
    option = page.get_by_role("option", name="Cabinet Lefèvre")
    await expect(option.last).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("option")).to_have_count(0)
    await expect(box).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("option", selected=True)).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/contrats/30104$"))


async def test_the_palette_goes_anywhere_by_keyboard(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    search = page.get_by_placeholder("Rechercher dans toutes les colonnes")
    await search.focus()
    await page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog")
    await expect(palette.get_by_role("combobox")).to_be_focused()
    await expect(palette.get_by_role("option", selected=True)).to_have_text("Contrats")
    await page.keyboard.press("Escape")
    await expect(palette).to_be_hidden()
    await expect(search).to_be_focused()
    await page.keyboard.press("Control+k")
    await expect(palette.get_by_role("combobox")).to_be_focused()
    await page.keyboard.type("30104")
    await expect(palette.get_by_role("option", selected=True)).to_contain_text("30104")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/contrats/30104$"))


async def test_sqp_sees_all_resellers_with_their_clients_and_contracts(visit: Visit, world: World) -> None:
    page = await visit("sqp_support", "/revendeurs")
    await page.get_by_placeholder("Rechercher un revendeur").fill(f"reseller {world.mark}")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.get_by_role("link", name=f"Revendeur reseller {world.mark}").click()
    await expect(page.get_by_role("region", name="Clients")).to_contain_text(f"Client {world.mark}")
    contracts = page.get_by_role("region", name="Contrats")
    await expect(contracts).to_contain_text(world.contract)
    await expect(contracts).not_to_contain_text(f"{world.mark}-4")
    await page.goto(f"/contrats?reseller_id={page.url.rsplit('/', 1)[1]}")
    await expect(page.locator("tbody tr")).to_have_count(3)
    await expect(page.get_by_role("link", name=f"Revendeur : Revendeur reseller {world.mark}")).to_be_visible()
    await page.go_back()
    await page.get_by_role("link", name=f"Client {world.mark}").click()
    await expect(page.get_by_role("region", name="Coordonnées")).to_contain_text(f"Revendeur reseller {world.mark}")


async def test_a_client_has_no_clients_page(visit: Visit) -> None:
    page = await visit("client_test", "/contrats")
    await expect(page.get_by_role("link", name="Clients")).to_have_count(0)
    for path in ("/clients", "/revendeurs"):
        answer = await page.goto(path)
        assert answer is not None
        assert answer.status == 403
        await expect(page.get_by_role("heading", level=1)).to_have_text("Opération refusée")
