"""The guide, page 10: clients; with them the resellers that SQP sees."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from demonstration import caller
from devstack.testing import world as worlds
from devstack.testing.running import RunningStack
from devstack.testing.world import World
from events import organisation_id

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]
# The form as it stands, as an impatient first click sends it.
SENT_BEFORE = """async (selector) => {
    const form = document.querySelector(selector);
    await fetch(form.action, {method: "POST", body: new URLSearchParams(new FormData(form))});
}"""


def client_page(world: World) -> str:
    return f"/clients/{organisation_id('client', f'CLIENT-{world.mark}')}"


def heads_of(page: Page) -> Locator:
    return page.locator("thead th")


async def test_page_10_clients_with_the_number_of_contracts_in_force(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    await page.get_by_role("link", name="Clients").click()
    heads = [head.strip(" ↑↓\n").upper() for head in await heads_of(page).all_inner_texts()]
    assert heads == ["NOM", "TÉLÉPHONE", "E-MAIL", "CONTRATS"]
    row = page.locator("tbody tr", has_text="Client Test")
    for fact in ("01 23 45 67 89", "client_test@sqp.fr", re.compile(r"\d contrats? activés?")):
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
    await page.get_by_label("E-mail").fill("pas une adresse")
    await page.locator("form.card").evaluate("form => form.noValidate = true")
    await page.get_by_role("button", name="Créer le client").click()
    await expect(page.get_by_role("alert")).to_contain_text("E-mail")
    await expect(page.get_by_label("Nom / Raison sociale")).to_have_value(f"Menuiserie {world.mark}")
    await page.get_by_label("E-mail").fill("atelier@menuiserie.example")
    await page.evaluate(SENT_BEFORE, "form.card")
    await page.get_by_role("button", name="Créer le client").click()
    await expect(page.get_by_role("status")).to_contain_text("Le client est créé.")
    await expect(page.get_by_label("E-mail")).to_have_value("atelier@menuiserie.example")
    await page.get_by_role("button", name="Envoyer l’invitation").click()
    await expect(page.get_by_role("region", name="Utilisateurs")).to_contain_text("Invitation envoyée")
    await expect(page.get_by_role("region", name="Coordonnées")).to_contain_text("atelier@menuiserie.example")
    await page.get_by_role("link", name="Modifier", exact=True).click()
    await page.get_by_label("Téléphone").fill("04 72 00 00 00")
    await page.get_by_role("button", name="Enregistrer les modifications").click()
    await expect(page.get_by_role("region", name="Coordonnées")).to_contain_text("04 72 00 00 00")
    await page.goto(f"/clients?q=Menuiserie+{world.mark}")
    await expect(page.locator("tbody tr")).to_have_count(1)


async def test_a_client_on_file_is_shown_before_a_second_one_is_made(as_reseller: Any, world: World) -> None:
    page = await as_reseller("/clients/nouveau")
    await page.get_by_label("Nom / Raison sociale").fill(f"Doublon {world.mark}")
    await page.get_by_role("button", name="Créer le client").click()
    await expect(page.get_by_role("status")).to_contain_text("Le client est créé.")
    await page.goto("/clients/nouveau")
    await page.get_by_label("Nom / Raison sociale").fill(f"Doublon {world.mark}")
    await page.get_by_role("button", name="Créer le client").click()
    await expect(page.get_by_role("group", name="Déjà enregistré")).to_contain_text(f"Doublon {world.mark}")
    await page.get_by_label("C’est un autre client").check()
    await page.get_by_role("button", name="Créer le client").click()
    await expect(page.get_by_role("status")).to_contain_text("Le client est créé.")


async def test_an_invitation_is_sent_again_to_a_corrected_address(as_reseller: Any, world: World) -> None:
    page = await as_reseller(client_page(world))
    await page.get_by_role("link", name="Inviter un utilisateur").click()
    await page.get_by_label("E-mail").fill(f"faute-{world.mark.lower()}@exmaple.example")
    await page.get_by_role("button", name="Envoyer l’invitation").click()
    await expect(page.get_by_role("status").first).to_contain_text("invitation")
    await page.goto(f"/invitations?q={world.mark}")
    await page.get_by_role("link", name=f"faute-{world.mark.lower()}@exmaple.example").click()
    await page.get_by_label("E-mail").fill(f"juste-{world.mark.lower()}@exemple.example")
    await page.get_by_role("button", name="Renvoyer l’invitation").click()
    await expect(page.get_by_role("status")).to_contain_text("Une invitation vient de partir à juste-")
    await expect(page.get_by_role("region", name="Utilisateurs")).to_contain_text(f"juste-{world.mark.lower()}")


async def test_a_reseller_manages_its_clients_addresses(as_reseller: Any, world: World) -> None:
    page = await as_reseller(client_page(world))
    await page.get_by_role("link", name="Nouvelle adresse").click()
    typed = {"Intitulé": "Entrepôt", "N° et nom de rue": "8 quai Rambaud", "Ville": "Lyon", "Code postal": "69002"}
    for label, value in {**typed, "E-mail": "quai@sqp.example", "Téléphone": "0478000000"}.items():
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


async def test_a_contract_without_client_is_given_to_a_new_one(visit: Visit, site: RunningStack, http: Any) -> None:
    world = await worlds.make(site, http)
    login = f"reseller-{world.mark.lower()}"
    page = await visit(login, f"/contrats/{world.unheld}", password=worlds.PASSWORD)
    await page.get_by_role("link", name="Attribuer à un client").click()
    await expect(page.locator("#client_id")).to_contain_text(f"Client {world.mark}")
    await page.get_by_role("link", name="Nouveau client").click()
    await page.get_by_label("Nom / Raison sociale").fill("Atelier Neuf")
    await page.get_by_role("button", name="Créer le client").click()
    await expect(page.get_by_text("Le client est créé. Invitez-le à présent")).to_be_visible()
    await page.goto(f"/contrats/{world.unheld}")
    await expect(page.locator(".contract-side").get_by_role("link", name="Atelier Neuf")).to_be_visible()
    await expect(page.get_by_role("link", name="Attribuer à un client")).to_have_count(0)
