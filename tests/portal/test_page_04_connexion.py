"""The guide, page 4: Se connecter."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from demonstration import caller
from demonstration.caller import eventually
from devstack.testing.running import RunningStack
from devstack.testing.world import PASSWORD, World
from web import clock

pytestmark = pytest.mark.e2e

Visit = Callable[..., Awaitable[Page]]

NEW_PASSWORD = "un-autre-mot-de-passe-1"
PHONE = {"width": 390, "height": 844}


async def test_page_4_logging_in_leads_to_the_contracts(visit: Visit) -> None:
    page = await visit(None, "/")
    await expect(page.get_by_role("heading", name="Connexion")).to_be_visible()
    await expect(page.get_by_role("link", name="Mot de passe oublié ?")).to_be_visible()
    await expect(page.get_by_role("link", name="Créer un compte")).to_be_visible()
    await page.get_by_label("Identifiant").fill("revendeur_test")
    await page.get_by_label("Mot de passe").fill("demo-portail-2026")
    await page.get_by_role("button", name="Connexion").click()
    await expect(page.get_by_role("heading", name="Contrats")).to_be_visible()


async def test_page_4_a_wrong_password_is_said_and_the_login_stays(visit: Visit) -> None:
    page = await visit(None, "/connexion")
    await _try(page, "personne.inconnue", "pas-le-bon-mot-de-passe")
    await expect(page.get_by_role("alert")).to_contain_text("Identifiant ou mot de passe incorrect.")
    await expect(page.get_by_role("alert")).to_be_focused()
    await expect(page.get_by_label("Identifiant")).to_have_value("personne.inconnue")
    await expect(page.get_by_label("Mot de passe")).to_have_value("")


async def test_page_4_too_many_attempts_are_told_in_minutes(visit: Visit) -> None:
    page = await visit(None, "/connexion")
    login = f"essais-{secrets.token_hex(4)}"
    for _ in range(10):
        await _try(page, login, "pas-le-bon-mot-de-passe")
        # Of the new page: the old one shows the same sentence, beside the password that was typed.
        await expect(page.get_by_label("Mot de passe")).to_have_value("")
        await expect(page.get_by_role("alert")).to_contain_text("Identifiant ou mot de passe incorrect.")
    await _try(page, login, "pas-le-bon-mot-de-passe")
    await expect(page.get_by_role("alert")).to_contain_text("Trop de tentatives. Réessayez dans")
    await expect(page.get_by_role("alert")).to_contain_text("minutes.")


async def test_page_4_remember_me_lasts_thirty_days_and_otherwise_the_browsers_session(visit: Visit) -> None:
    page = await visit("revendeur_test", "/contrats")
    assert (await _session(page))["expires"] == -1
    page = await visit(None, "/connexion")
    await page.get_by_label("Se souvenir de moi").check()
    await _try(page, "revendeur_test", "demo-portail-2026")
    await page.wait_for_url("**/contrats*")
    session = await _session(page)
    assert session["httpOnly"]
    assert session["secure"]
    days = (session["expires"] - time.time()) / 86_400
    assert 29 < days < 31


async def test_page_4_a_forgotten_password_is_replaced_by_the_link_in_the_e_mail(
    visit: Visit, world: World, site: RunningStack
) -> None:
    address = world.address("other")
    before = len(await site.mailed(address))
    page = await visit(None, "/connexion")
    await page.get_by_role("link", name="Mot de passe oublié ?").click()
    await page.get_by_label("Identifiant ou e-mail").fill(address)
    await page.get_by_role("button", name="Recevoir le lien").click()
    await expect(page.get_by_role("heading", name="Consultez votre messagerie")).to_be_visible()
    link = await _link(site, address, "/mot-de-passe?token=", before)
    await page.goto(link)
    assert re.fullmatch(rf"{site.url}/mot-de-passe\?lien=[0-9a-f]{{12}}", page.url)
    field = page.get_by_label("Nouveau mot de passe")
    await expect(page.get_by_text("12 caractères au moins")).to_be_visible()
    await field.fill("trop court")
    await page.get_by_role("button", name="Enregistrer le mot de passe").click()
    await expect(page.get_by_role("alert")).to_contain_text("au moins 12 caractères")
    await field.fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Enregistrer le mot de passe").click()
    await page.wait_for_url("**/contrats*")
    await expect(page.get_by_role("status").first).to_contain_text("Votre mot de passe est changé.")
    again = await visit(None, link)
    await expect(again.get_by_role("heading", name="Ce lien n’est plus valable")).to_be_visible()
    await expect(again.get_by_role("link", name="Recevoir un nouveau lien")).to_be_visible()
    # Others of this run log in with it.
    owner = caller.person(world.http, site.url, f"other-{world.mark.lower()}", NEW_PASSWORD)
    await owner.post("/me/password", {"current": NEW_PASSWORD, "new": PASSWORD})


async def test_page_4_a_forgotten_password_of_nobody_gets_the_same_answer(visit: Visit) -> None:
    page = await visit(None, "/mot-de-passe-oublie")
    await page.get_by_label("Identifiant ou e-mail").fill("personne.inconnue")
    await page.get_by_role("button", name="Recevoir le lien").click()
    await expect(page.get_by_role("heading", name="Consultez votre messagerie")).to_be_visible()
    await expect(page.get_by_text("Si un compte correspond à votre saisie")).to_be_visible()


async def test_page_4_the_first_contract_makes_the_resellers_account_which_a_link_activates(
    visit: Visit, world: World, site: RunningStack
) -> None:
    mark = secrets.token_hex(3)
    email = f"nouveau-{mark}@sqp.example"
    await _register(world, f"{mark}-R", {"code": f"NR-{mark}", "name": f"Nouveau {mark}", "email": email}, None)
    page = await visit(None, await _link(site, email, "/activation?token="))
    assert re.fullmatch(rf"{site.url}/activation\?lien=[0-9a-f]{{12}}", page.url)
    await expect(page.locator("dl")).to_contain_text(f"Nouveau {mark}")
    await expect(page.locator("dl")).to_contain_text(f"nr-{mark}")
    await expect(page.get_by_text("12 caractères au moins")).to_be_visible()
    await page.get_by_label("Prénom").fill("Camille")
    await page.get_by_label("Nom", exact=False).last.fill("Nouveau")
    await page.get_by_label("Identifiant").fill("revendeur_test")
    await page.get_by_label("Mot de passe").fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Activer le compte").click()
    await expect(page.get_by_role("alert")).to_contain_text("L’identifiant revendeur_test est déjà pris.")
    await expect(page.get_by_label("Prénom")).to_have_value("Camille")
    await page.get_by_label("Identifiant").fill(f"camille.{mark}")
    await page.get_by_label("Mot de passe").fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Activer le compte").click()
    await page.wait_for_url("**/contrats*")
    await expect(page.get_by_role("status").first).to_contain_text("Votre compte est activé.")
    await expect(page.locator(".menu summary")).to_contain_text("Camille Nouveau")


async def test_page_4_an_end_client_creates_an_account_and_others_are_told_whom_to_ask(
    visit: Visit, world: World, site: RunningStack
) -> None:
    mark = secrets.token_hex(3)
    email = f"client-{mark}@sqp.example"
    client = {"code": f"NC-{mark}", "name": f"Client {mark}", "email": email}
    reseller = {"code": f"RC-{mark}", "name": f"Revendeur {mark}", "email": f"revendeur-{mark}@sqp.example"}
    await _register(world, f"{mark}-C", reseller, client)
    # Accounts know of the contract by the time its reseller is invited.
    await _link(site, reseller["email"], "/activation?token=")
    page = await visit(None, "/connexion")
    await page.get_by_role("link", name="Créer un compte").click()
    await expect(page.get_by_text("La création de compte ne concerne que les clients finaux.")).to_be_visible()
    await expect(page.get_by_text("rapprochez-vous de votre commercial SQP")).to_be_visible()
    await _sign_up(page, f"{mark}-C", f"SN{mark}", email)
    await page.goto(await _link(site, email, "/activation?token="))
    await page.get_by_label("Mot de passe").fill(NEW_PASSWORD)
    await page.get_by_label("Prénom").fill("Claude")
    await page.locator("#last_name").fill("Martin")
    await page.get_by_role("button", name="Activer le compte").click()
    await page.wait_for_url("**/contrats*")
    await expect(page.locator("tbody tr")).to_contain_text(f"SN{mark}")


async def test_page_4_a_sign_up_that_matches_nothing_gets_the_same_answer(visit: Visit) -> None:
    page = await visit(None, "/creer-un-compte")
    await _sign_up(page, "999999", "INCONNU", "personne@sqp.example")
    await page.goto("/creer-un-compte")
    await page.get_by_label("N° de contrat").fill("29962 bis?")
    await page.get_by_label("N° de série").fill("Q207B17555")
    await page.get_by_label("E-mail").fill("personne@sqp.example")
    await page.get_by_role("button", name="Créer un compte").click()
    await expect(page.get_by_role("alert").get_by_role("link")).to_contain_text("N° de contrat")
    await expect(page.get_by_label("N° de série")).to_have_value("Q207B17555")


async def test_page_4_the_language_chosen_below_is_kept_and_otherwise_it_is_the_profiles(visit: Visit) -> None:
    """A choice on this page is what the person said last. Without one, the account's own setting decides, also where
    the browser or the person before asked for another; e-mails always follow it."""
    page = await visit(None, "/connexion?suite=%2Fparametres")
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await page.get_by_label("Login").fill("revendeur_test")
    await page.get_by_label("Password").fill("demo-portail-2026")
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    await expect(page.get_by_label("Language")).to_have_value("fr")
    await page.locator(".menu summary").click()
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    await page.get_by_label("Login").fill("client_test")
    await page.get_by_label("Password").fill("demo-portail-2026")
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", name="Contrats")).to_be_visible()
    heads = [head.strip(" ↑↓\n") for head in await page.locator("thead th").all_text_contents()]
    assert "Client" not in heads, "a client's contracts are all its own"
    await page.goto("/incidents")
    heads = [head.strip(" ↑↓\n") for head in await page.locator("thead th").all_text_contents()]
    assert heads == ["#", "Intitulé", "Référence produit", "État"], "and so are its incidents"
    await page.locator("tbody a.row-link").first.click()
    await page.locator(".tabs").get_by_role("link", name="Revendeur").click()
    await expect(page.locator("section.sheet h3")).to_have_text(["Revendeur"])
    other = await visit(None, "/connexion", locale="en-GB")
    await other.get_by_label("Login").fill("revendeur_test")
    await other.get_by_label("Password").fill("demo-portail-2026")
    await other.get_by_role("button", name="Log in").click()
    await expect(other.get_by_role("heading", name="Contrats")).to_be_visible()


async def test_page_4_works_without_scripts_on_a_phone_in_the_dark(visit: Visit) -> None:
    page = await visit(None, "/connexion", viewport=PHONE, java_script_enabled=False, color_scheme="dark")
    assert await _width(page) <= PHONE["width"]
    await _try(page, "client_test", "demo-portail-2026")
    await page.wait_for_url("**/contrats*")


async def _try(page: Page, login: str, password: str) -> None:
    await page.get_by_label("Identifiant").fill(login)
    await page.get_by_label("Mot de passe").fill(password)
    await page.get_by_role("button", name="Connexion").click()


async def _sign_up(page: Page, contract: str, serial: str, email: str) -> None:
    await page.goto("/creer-un-compte")
    await page.get_by_label("N° de contrat").fill(contract)
    await page.get_by_label("N° de série").fill(serial)
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_role("button", name="Créer un compte").click()
    await expect(page.get_by_role("heading", name="Votre demande est enregistrée")).to_be_visible()


async def _register(world: World, number: str, reseller: dict[str, str], client: dict[str, str] | None) -> None:
    """A contract in force, as SQP's back office registers it; its serial is SN and the number's first part."""
    contract: dict[str, Any] = {
        "product_reference": "TS-131K",
        "serial_number": f"SN{number.split('-')[0]}",
        "reseller": reseller,
        "client": client,
        "starts_on": clock.today().isoformat(),
        "warranty_ends_on": (clock.today() + timedelta(days=300)).isoformat(),
    }
    await world.office.put(f"/backoffice/contracts/{number}", contract)


async def _link(site: RunningStack, recipient: str, path: str, before: int = 0) -> str:
    """The newest link of this kind that the recipient was mailed, later than the first ``before`` messages."""

    async def newest() -> str | None:
        texts = [text for _, text in (await site.mailed(recipient))[before:]]
        links = [word for text in texts for word in text.split() if path in word]
        return links[-1] if links else None

    return await eventually(newest, what=f"{path} for {recipient}")


async def _session(page: Page) -> Any:
    return next(cookie for cookie in await page.context.cookies() if cookie["name"] == "__Host-session")


async def _width(page: Page) -> float:
    box = await page.locator("main").bounding_box()
    assert box is not None
    return box["x"] + box["width"]
