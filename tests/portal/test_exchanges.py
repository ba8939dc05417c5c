"""An exchange in advance, played by its people on the portal from the request to the end."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from tests.portal.incidents import Declare, People, move

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]
# Of contract 30101; no story of the demonstration exchanges it.
FAULTY = "Z9CB20101"


async def take(page: Page, action: str, said: str, **fields: str) -> None:
    """The form whose button says ``action``, unfolded where it is; ``said`` is what only the next page says."""
    form = page.locator("form.act-form", has=page.get_by_role("button", name=action, exact=True))
    folded = page.locator("details.act:not([open]) > summary", has_text=re.compile(f"^{re.escape(action)}$"))
    if await folded.count():
        await folded.click()
    for label, value in fields.items():
        field = form.locator(f"[name={label}]")
        is_select = await field.evaluate("(element) => element.tagName === 'SELECT'")
        await (field.select_option(value) if is_select else field.fill(value))
    await form.get_by_role("button", name=action, exact=True).click()
    await expect(page.locator(".exchange-card")).to_contain_text(said)


async def test_an_exchange_in_advance_from_the_request_to_its_end(
    visit: Visit, declare: Declare, people: People
) -> None:
    number = await declare()
    await move(people("sqp_support"), number, "in_diagnosis")
    tab = f"/incidents/{number}?onglet=echange"
    reseller = await visit("revendeur_test", tab)
    await take(reseller, "Demander un échange", "Échange demandé : Échange avancé.", serial_number=FAULTY, note="Vite")

    agent = await visit("sqp_support", "/echanges?stage=to_decide")
    await agent.get_by_role("link", name=f"{number} · 1").click()
    await take(agent, "Accorder l’échange", "Échange accordé")
    replacement = f"Q{number}"
    await take(agent, "Réserver le remplacement", "Remplacement réservé", serial_number=replacement)
    await take(agent, "Préparer un colis", "Colis préparé", carrier="chronopost", tracking_number="XY123456785FR")
    await take(agent, "Remettre au transporteur", "Remplacement expédié (Chronopost")
    await take(agent, "Nouvelle du colis", "Remplacement livré.", state="delivered")

    await reseller.goto(tab)
    await expect(reseller.locator(".due")).to_contain_text(re.compile(r"À renvoyer au plus tard le .*encore \d+ jours"))
    async with reseller.expect_download() as slip:
        await reseller.get_by_role("link", name="Bon de retour (PDF)").click()
    assert (await slip.value).suggested_filename == f"retour-{number}-1.pdf"
    await take(reseller, "Signaler l’envoi du retour", "Retour expédié (La Poste - Colissimo", carrier="colissimo")

    await agent.goto("/echanges/reception")
    await agent.locator("#code").fill(f"{number}-1")
    await agent.keyboard.press("Enter")
    await expect(agent.get_by_role("heading", level=2)).to_contain_text(
        f"Incident n° {number}, échange n° 1".replace("° ", "°\u00a0")
    )
    await agent.get_by_role("button", name="Enregistrer l’arrivée").click()
    await expect(agent.locator("[data-flash]")).to_contain_text("Retour reçu")
    await agent.goto(tab)
    await take(agent, "Enregistrer le contrôle", "Retour contrôlé : Conforme.", outcome="as_expected")
    await take(agent, "Terminer l’échange", "Échange terminé.")
    await expect(agent.locator(".exchange-head")).to_contain_text("Terminé")
