"""Exchanges that take another way than the one in advance: standard, disk kept, dead replacement, reversal."""

from __future__ import annotations

import pytest
from playwright.async_api import expect
from tests.portal.conftest import Visit
from tests.portal.exchanging import Story, act

from devstack.testing.world import World

pytestmark = pytest.mark.e2e


@pytest.fixture
async def story(ours: World, visit: Visit) -> Story:
    story = Story(ours, visit)
    await story.begin()
    return story


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


async def test_a_reversal_brings_the_cover_back_to_the_first_unit(story: Story) -> None:
    await story.approve()
    await story.deliver("B")
    await story.covered("B", expected=True)
    office = await story.open_as("sqp_support")
    await act(office, "Reprendre l’échange", "Échange repris", reason="La panne a disparu")
    await expect(office.locator("#ligne-1")).to_contain_text("La couverture est revenue à l’appareil d’origine.")
    await story.covered("A", expected=True)
    await act(office, "Enregistrer le retour du remplacement", "Remplacement revenu chez SQP")
    await act(office, "Terminer l’échange", "Échange terminé")
