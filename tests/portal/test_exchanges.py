"""An exchange in advance, played by its people on the portal from the request to the end."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from tests.portal.exchanging import act
from tests.portal.incidents import Declare, People, move

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]
# Of contract 30101; no story of the demonstration exchanges it.
FAULTY = "Z9CB20101"


async def test_an_exchange_in_advance_from_the_request_to_its_end(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    await move(people("sqp_support"), number, "in_diagnosis")
    tab = f"/incidents/{number}?onglet=echange"
    reseller = await visit("revendeur_test", tab)
    await act(reseller, "Demander un échange", "Échange demandé : Échange avancé.", serial_number=FAULTY, note="Vite")

    agent = await visit("sqp_support", "/echanges?stage=to_decide")
    await agent.get_by_role("link", name=f"{number} · 1").click()
    await act(agent, "Accorder l’échange", "Échange accordé")
    replacement = f"Q{number}"
    await act(agent, "Réserver le remplacement", "Remplacement réservé", serial_number=replacement)
    await act(agent, "Préparer un colis", "Colis préparé", carrier="chronopost", tracking_number="XY123456785FR")
    await act(agent, "Remettre au transporteur", "Remplacement expédié (Chronopost")
    await act(agent, "Nouvelle du colis", "Remplacement livré.", state="delivered")

    await reseller.goto(tab)
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
    await agent.goto(tab)
    await act(agent, "Enregistrer le contrôle", "Retour contrôlé : Conforme.", outcome="as_expected")
    await act(agent, "Terminer l’échange", "Échange terminé.")
    await expect(agent.locator(".exchange-head")).to_contain_text("Terminé")
