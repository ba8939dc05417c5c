"""Exchanges played by their people on the portal: in advance, standard, disk kept, dead replacement, reversal."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect
from tests.portal.conftest import Visit
from tests.portal.exchanging import Story, act
from tests.portal.incidents import People, move

from devstack.testing import world as worlds
from devstack.testing.world import World

pytestmark = pytest.mark.e2e


@pytest.fixture
async def story(ours: World, visit: Visit) -> Story:
    story = Story(ours, visit)
    await story.begin()
    return story


async def test_an_exchange_in_advance_from_the_request_to_its_end(story: Story, people: People) -> None:
    number = story.number
    await move(people("sqp_support"), number, "in_diagnosis")
    reseller = await story.open_as("reseller")
    told = "Échange demandé : Échange avancé."
    await act(reseller, "Demander un échange", told, serial_number=story.serial("A"), note="Vite")

    agent = await story.visit("sqp_support", "/echanges?stage=to_decide")
    await agent.get_by_role("link", name=f"{number} · 1").click()
    await act(agent, "Accorder l’échange", "Échange accordé")
    await act(agent, "Réserver le remplacement", "Remplacement réservé", serial_number=story.serial("B"))
    await act(agent, "Préparer un colis", "Colis préparé", carrier="chronopost", tracking_number="XY123456785FR")
    await act(agent, "Remettre au transporteur", "Remplacement expédié (Chronopost")
    await act(agent, "Nouvelle du colis", "Remplacement livré.", state="delivered")

    await reseller.reload()
    await expect(reseller.locator(".due")).to_contain_text(re.compile(r"À renvoyer au plus tard le .*encore \d+ jours"))
    async with reseller.expect_download() as slip:
        await reseller.get_by_role("link", name="Bon de retour (PDF)").click()
    assert (await slip.value).suggested_filename == f"retour-{number}-1.pdf"
    await act(reseller, "Signaler l’envoi du retour", "Retour expédié (La Poste - Colissimo", carrier="colissimo")

    await agent.goto("/echanges/reception")
    await agent.locator("#code").fill(f"{number}-1")
    await agent.keyboard.press("Enter")
    await expect(agent.get_by_role("heading", level=2)).to_contain_text(
        f"Incident n° {number}, échange n° 1".replace("° ", "°\u00a0")
    )
    await agent.get_by_role("button", name="Enregistrer l’arrivée").click()
    await expect(agent.locator("[data-flash]")).to_contain_text("Retour reçu")
    await agent.goto(f"/incidents/{number}?onglet=echange")
    await act(agent, "Enregistrer le contrôle", "Retour contrôlé : Conforme.", outcome="as_expected")
    await act(agent, "Terminer l’échange", "Échange terminé.")
    await expect(agent.locator(".exchange-head")).to_contain_text("Terminé")


async def test_a_standard_exchange_leaves_once_the_faulty_unit_has_come(story: Story) -> None:
    await story.approve(type="standard_exchange")
    office = await story.open_as("sqp_support")
    await act(office, "Réserver le remplacement", story.serial("B"), serial_number=story.serial("B"))
    await act(office, "Enregistrer l’arrivée", "Retour reçu par SQP", serial_number=story.serial("A"))
    await act(office, "Préparer un colis", "Remplacement expédié", carrier="DPD", shipped=True)


async def test_a_disk_is_kept_and_sqp_settles_the_return(story: Story) -> None:
    await story.approve()
    await story.deliver("B")
    client = await story.open_as("client")
    await act(client, "Conserver le disque", "Le disque est conservé par le client", note="Données médicales")
    office = await story.open_as("sqp_support")
    await act(office, "Solder le retour", "Retour soldé", outcome="Disque conservé")
    # The client's page is open: it says so by itself.
    await expect(client.locator(".exchange-line")).to_contain_text("Retour soldé", timeout=20_000)


async def test_a_dead_replacement_is_exchanged_and_the_contract_tells_the_chain(story: Story) -> None:
    await story.approve()
    await story.deliver("B")
    office = await story.open_as("sqp_support")
    await act(office, "Le remplacement ne fonctionne pas", "échange n° 2 ouvert", note="Aucune LED")
    await expect(office.locator("#ligne-2")).to_contain_text("Fait suite à l’échange n° 1")
    await story.deliver("C", 2)
    await story.covered("C", expected=True)
    await office.goto(f"/contrats/{story.mark}")
    for letter in ("A", "B", "C"):
        await expect(office.locator("main")).to_contain_text(story.serial(letter))
    reseller = await story.visit(
        f"reseller-{story.world.mark.lower()}",
        f"/incidents/{story.number}?onglet=echange#ligne-2",
        password=worlds.PASSWORD,
    )
    await expect(reseller.locator("#ligne-2 h2, #ligne-2 h3").first).to_be_in_viewport()


async def test_a_reversal_brings_the_cover_back_to_the_first_unit(story: Story) -> None:
    await story.approve()
    await story.deliver("B")
    await story.covered("B", expected=True)
    office = await story.open_as("sqp_support")
    await act(office, "Annuler après envoi", "Échange annulé après envoi", reason="La panne a disparu")
    await expect(office.locator("#ligne-1")).to_contain_text("La couverture est revenue à l’appareil d’origine.")
    await story.covered("A", expected=True)
    client = await story.open_as("client")
    await expect(client.locator(".due")).to_contain_text(re.compile("Remplacement à renvoyer au plus tard le .*encore"))
    async with client.expect_download() as slip:
        await client.get_by_role("link", name="Bon de retour (PDF)").click()
    assert (await slip.value).suggested_filename == f"retour-{story.number}-1.pdf"
    await act(client, "Signaler l’envoi du remplacement", "Remplacement renvoyé à SQP", carrier="colissimo")
    await office.goto(f"/echanges/reception?code={story.serial('B')}")
    await office.get_by_role("button", name="Enregistrer le retour du remplacement").click()
    await expect(office.locator("[data-flash]")).to_contain_text("Remplacement revenu")
    await office.goto("/echanges?stage=to_close")
    await office.get_by_role("link", name=f"{story.number} · 1").click()
    await expect(office.locator(".exchange-line")).to_contain_text("Remplacement revenu chez SQP")
    await act(office, "Terminer l’échange", "Échange terminé")
