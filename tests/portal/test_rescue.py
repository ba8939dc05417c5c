"""Paramètres, Secours: two people of SQP let a sole administrator who lost everything begin again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from tests.portal.two_steps import FACTORS, add_application, prove

from demonstration.caller import eventually
from demonstration.seeding import PASSWORD
from devstack.testing import world as worlds
from devstack.testing.running import RunningStack
from devstack.testing.world import World, colleague_of_support

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]
RESCUES = "/parametres/secours"


async def test_one_asks_another_confirms_and_the_person_begins_again(
    visit: Visit, world: World, site: RunningStack
) -> None:
    login, address = f"other-{world.mark.lower()}", world.address("other")
    await add_application(await visit(login, FACTORS, password=worlds.PASSWORD))

    page = await visit("sqp_support", RESCUES)
    await page.get_by_label("Identifiant").fill(login)
    await page.get_by_label("Comment vous savez").fill("rappelée au numéro du contrat")
    await page.get_by_role("button", name="Demander", exact=True).click()
    await prove(page, PASSWORD)
    await expect(page.get_by_role("status")).to_contain_text("une autre personne de SQP doit le confirmer")
    await expect(page.get_by_text("Une autre personne que vous doit confirmer.")).to_be_visible()
    await expect(page.get_by_role("button", name="Confirmer")).to_have_count(0)

    await colleague_of_support(world)
    second = await visit(f"agent-{world.mark.lower()}", RESCUES, password=worlds.PASSWORD)
    await expect(second.get_by_text("rappelée au numéro du contrat", exact=True)).to_be_visible()
    await second.get_by_role("button", name="Confirmer").click()
    await prove(second, worlds.PASSWORD)
    await expect(second.get_by_role("status")).to_contain_text("un lien vient de partir")

    person = await visit(None, await _link(site, address))
    await expect(person.get_by_text("Vos seconds facteurs seront retirés")).to_be_visible()
    await person.get_by_label("Nouveau mot de passe").fill(worlds.PASSWORD)
    await person.get_by_role("button", name="Enregistrer le mot de passe").click()
    await person.wait_for_url("**/contrats*")
    await person.goto(FACTORS)
    await expect(person.get_by_role("button", name="Ajouter une application")).to_be_visible()


async def _link(site: RunningStack, recipient: str) -> str:
    async def found() -> str | None:
        texts = [text for _, text in await site.mailed(recipient) if "Deux personnes de SQP" in text]
        links = [word for text in texts for word in text.split() if "/mot-de-passe?token=" in word]
        return links[-1] if links else None

    return await eventually(found, what=f"the link for {recipient}")
