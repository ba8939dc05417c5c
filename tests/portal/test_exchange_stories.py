"""What SQP, a reseller and its client do about an exchange, from the request to its end."""

from __future__ import annotations

import pytest
from playwright.async_api import expect
from tests.portal.conftest import Visit
from tests.portal.exchanging import Story, act

from devstack.testing.world import World

pytestmark = pytest.mark.e2e


@pytest.fixture
async def story(ours: World, visit: Visit) -> Story:
    return await Story(ours, visit).begin()


async def test_an_exchange_in_advance_to_its_end(story: Story) -> None:
    reseller = await story.open_as("reseller")
    await act(reseller, "Demander un échange", "Échange demandé", type="Échange avancé", note="Le client attend.")
    office = await story.open_as("sqp_support")
    await act(office, "Accorder l’échange", "Échange accordé")
    await act(office, "Réserver le remplacement", story.serial("B"), serial_number=story.serial("B"))
    await act(
        office,
        "Préparer un colis",
        "Colis préparé (Chronopost",
        tracking_number="XY 123456785 fr",
        carrier="Chronopost",
    )
    await act(office, "Remettre au transporteur", "Remplacement expédié")
    await expect(reseller.locator(".exchange-line")).to_contain_text("Remplacement expédié", timeout=20_000)
    await act(office, "Nouvelle du colis", "Remplacement livré", state="Livré")
    client = await story.open_as("client")
    await expect(client.locator(".due")).to_contain_text("encore 15 jours")
    await act(client, "Signaler l’envoi du retour", "Retour expédié", tracking_number="6A07648914126")
    await office.goto("/echanges/reception")
    await office.locator("#code").fill(story.serial("A").lower())
    await office.keyboard.press("Enter")
    await office.get_by_role("button", name="Enregistrer l’arrivée").click()
    await expect(office.get_by_role("status").first).to_contain_text("Retour reçu")
    await office.goto(f"/incidents/{story.number}?onglet=echange")
    await act(office, "Enregistrer le contrôle", "Retour contrôlé", outcome="Conforme")
    await act(office, "Terminer l’échange", "Échange terminé")
    await expect(client.locator(".exchange-line")).to_contain_text("Échange terminé", timeout=20_000)


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
    await act(office, "Solder le retour", "Retour soldé : Disque conservé", outcome="Disque conservé")


async def test_a_dead_replacement_is_exchanged_and_the_contract_tells_the_chain(story: Story) -> None:
    await story.approve()
    await story.deliver("B")
    office = await story.open_as("sqp_support")
    await act(office, "Le remplacement ne fonctionne pas", "échange n° 2 ouvert", note="Aucune LED")
    await expect(office.locator("#ligne-2")).to_contain_text("Fait suite à l’échange n° 1")
    await story.deliver("C", 2)
    await story.covered("C")
    await office.goto(f"/contrats/{story.mark}")
    for letter in ("A", "B", "C"):
        await expect(office.locator("main")).to_contain_text(story.serial(letter))


async def test_a_reversal_brings_the_cover_back_to_the_first_unit(story: Story) -> None:
    await story.approve()
    await story.deliver("B")
    await story.covered("B")
    office = await story.open_as("sqp_support")
    await act(office, "Reprendre l’échange", "Échange repris", reason="La panne a disparu")
    await expect(office.locator("#ligne-1")).to_contain_text("La couverture est revenue à l’appareil d’origine.")
    await story.covered("A")
    await act(office, "Enregistrer le retour du remplacement", "Remplacement revenu chez SQP")
    await act(office, "Terminer l’échange", "Échange terminé")
