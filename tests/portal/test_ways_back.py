"""Back, forward and reload lead to a form as it was typed, refused or not."""

from __future__ import annotations

import pytest
from playwright.async_api import expect
from tests.portal.conftest import Visit

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("login", "path", "fields"),
    [
        ("revendeur_test", "/clients/nouveau", ("name", "phone", "email")),
        ("revendeur_test", "/parametres/utilisateurs/nouveau", ("first_name", "last_name", "phone", "login", "email")),
        ("sqp_support", "/a-traiter/vues/nouvelle?who=mine", ("name",)),
        ("sqp_support", "/parametres/reponses/nouvelle", ("title", "body_fr")),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
async def test_the_way_back_leads_to_the_form_as_it_was(
    visit: Visit, login: str, path: str, fields: tuple[str, ...]
) -> None:
    page = await visit(login, path)
    for field in fields:
        await page.locator(f"#{field}").fill(f"tapé dans {field}")
    await page.get_by_role("navigation").get_by_role("link", name="Contrats").first.click()
    await page.wait_for_url("**/contrats*")
    await page.go_back()
    for field in fields:
        await expect(page.locator(f"#{field}")).to_have_value(f"tapé dans {field}")


@pytest.mark.parametrize(
    ("login", "path", "field", "typed"),
    [
        ("revendeur_test", "/clients/nouveau", "email", "pas une adresse"),
        ("revendeur_test", "/parametres/utilisateurs/nouveau", "email", "pas une adresse"),
        ("revendeur_test", "/parametres/adresses/nouvelle", "city", "x" * 500),
        ("sqp_support", "/a-traiter/vues/nouvelle?who=mine", "name", "x" * 500),
        ("sqp_support", "/parametres/reponses/nouvelle", "title", "x" * 500),
        (None, "/connexion", "login", "personne"),
        (None, "/mot-de-passe-oublie", "login", ""),
    ],
    ids=lambda each: each if str(each).startswith("/") else "",
)
async def test_the_way_back_to_a_refused_form_leads_to_it_as_it_was(
    visit: Visit, login: str | None, path: str, field: str, typed: str
) -> None:
    """No answer to a form is stored: a browser that goes back to one shows an error of its own."""
    page = await visit(login, path)
    await page.locator(f"#{field}").fill(typed)
    async with page.expect_navigation():
        await page.locator(f"main form:has(#{field})").evaluate("form => form.submit()")
    await expect(page.locator("[aria-invalid=true]:visible, [role=alert]:visible").first).to_be_visible()
    await page.reload()
    await expect(page.locator(f"#{field}")).to_have_value(typed)
    await page.goto("/favicon.ico")
    await page.go_back()
    await expect(page.locator(f"#{field}")).to_have_value(typed)
    await page.goto("/favicon.ico")
    await page.goto(path)
    await expect(page.locator(f"#{field}")).to_have_value("")


async def test_what_was_chosen_and_what_was_emptied_stay_so_in_a_refused_form_and_on_the_way_back_to_it(
    visit: Visit,
) -> None:
    page = await visit("revendeur_test", "/parametres/utilisateurs/nouveau")
    await page.get_by_label("Basique").check()
    async with page.expect_navigation():
        await page.locator("main form:has(#login)").evaluate("form => form.submit()")
    for turn in ("as refused", "read again", "gone back to"):
        if turn == "read again":
            await page.reload()
        elif turn == "gone back to":
            await page.goto("/favicon.ico")
            await page.go_back()
        await expect(page.get_by_label("Basique"), turn).to_be_checked()
        await expect(page.get_by_label("Administrateur"), turn).not_to_be_checked()
    await page.goto("/parametres/societe")
    await page.locator("#name").fill("")
    async with page.expect_navigation():
        await page.locator("main form:has(#name)").evaluate("form => form.submit()")
    await expect(page.locator("#name")).to_have_value("")
    await page.goto("/favicon.ico")
    await page.go_back()
    await expect(page.locator("#name")).to_have_value("")
