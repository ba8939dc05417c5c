"""Two incidents become one in the browser, and two again; what was being written goes along."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect
from tests.portal.conftest import Visit
from tests.portal.incidents import Declare, People, composer, live, write
from tests.portal.test_accessibility import violations
from tests.portal.widths import misfits

pytestmark = pytest.mark.e2e


async def test_an_agent_merges_a_duplicate_and_undoes_it(visit: Visit, declare: Declare, people: People) -> None:
    first, second = await declare(key="a"), await declare(key="b")
    await people("client_test").post(f"/incidents/{second}/messages?thread=client", {"body": "Toujours en panne."})
    client = await visit("client_test", f"/incidents/{second}")
    await live(client)
    page = await visit("sqp_support", f"/incidents/{second}")
    bar = page.locator("#desk-bar")
    await bar.locator("summary", has_text="Fusionner").click()
    await bar.get_by_label("N° de l’incident avec lequel le fusionner").fill("20010101")
    await bar.get_by_role("button", name="Fusionner").click()
    await expect(page.get_by_text("Aucun incident n’a le n° 20010101.").first).to_be_visible()
    # As it is copied from the other's page.
    copied = f"{page.url.partition('/incidents/')[0]}/incidents/{first}?onglet=messagerie"
    await bar.get_by_label("N° de l’incident avec lequel le fusionner").fill(copied)
    await bar.get_by_role("button", name="Fusionner").click()
    await expect(page).to_have_url(re.compile(f"/incidents/{first}$"))
    await expect(page.get_by_role("status").filter(has_text=f"n° {second} est fusionné avec celui-ci")).to_be_visible()
    await expect(page.locator("#history")).to_contain_text(f"L’incident n° {second} est fusionné avec celui-ci")
    assert await misfits(page) == []
    assert await violations(page) == []

    await expect(client.locator("#line")).to_contain_text(f"Fusionné avec l’incident n° {first}")
    await expect(client.locator("#line")).to_contain_text("Clos")
    await client.locator("#line").get_by_role("link", name="Fusionné avec").click()
    await client.locator("#tab-messagerie").click()
    await expect(client.locator(".message")).to_contain_text(f"écrit sur le n° {second}")
    await expect(client.locator(".message")).to_contain_text("Toujours en panne.")

    await bar.get_by_role("button", name=f"Annuler la fusion {second}").click()
    await expect(page.get_by_role("status").filter(has_text="La fusion est annulée")).to_be_visible()
    await expect(page.locator("#line")).to_contain_text("Déclaré")
    await page.goto(f"/incidents/{first}")
    await expect(bar.get_by_role("button", name="Annuler la fusion")).to_have_count(0)


async def test_an_open_thread_has_what_came_with_a_merge_until_that_is_undone(
    visit: Visit, declare: Declare, people: People
) -> None:
    first, second = await declare(key="a"), await declare(key="b")
    for number, text in ((second, "Il bipe."), (first, "Il chauffe."), (second, "Il fume.")):
        await people("client_test").post(f"/incidents/{number}/messages?thread=client", {"body": text})
    page = await visit("revendeur_test", f"/incidents/{first}?onglet=messagerie")
    await live(page)
    texts = page.locator(".message .written")
    await expect(texts).to_have_text(["Il chauffe."])
    await people("sqp_support").post(f"/desk/{second}/merge", {"number": first})
    await expect(texts).to_have_text(["Il bipe.", "Il chauffe.", "Il fume."])
    await people("sqp_support").delete(f"/desk/{second}/merge")
    await expect(texts).to_have_text(["Il chauffe."])


@pytest.mark.parametrize("scripts", [True, False])
async def test_what_was_being_written_is_led_to_the_other_incident(
    visit: Visit, declare: Declare, people: People, scripts: bool
) -> None:
    first, second = await declare(key="a"), await declare(key="b")
    await people("revendeur_test").put(
        f"/incidents/{first}/draft?thread=sqp", {"content": {"body": "Déjà commencé", "file_ids": []}}
    )
    page = await visit("revendeur_test", f"/incidents/{second}?onglet=messagerie-sqp", java_script_enabled=scripts)
    await people("sqp_support").post(f"/desk/{second}/merge", {"number": first})
    if scripts:
        await write(page, "Il bipe encore.")
    else:
        await composer(page).locator("textarea").fill("Il bipe encore.")
        await composer(page).locator("button.primary").click()
    await expect(composer(page).locator("textarea")).to_have_value("Il bipe encore.\n\nDéjà commencé")
    assert f"/incidents/{first}?onglet=messagerie-sqp" in page.url
    await expect(page.get_by_role("status").filter(has_text="votre message vous attend ici")).to_be_visible()
    await composer(page).locator("button.primary").click()
    await expect(page.locator(".message")).to_contain_text("Il bipe encore.")
    said = await people("sqp_support").get(f"/incidents/{first}/messages", thread="sqp")
    assert [each["body"] for each in said["items"]] == ["Il bipe encore.\n\nDéjà commencé"]


async def test_a_draft_that_stayed_behind_is_taken_up_in_the_other(
    visit: Visit, declare: Declare, people: People
) -> None:
    first, second = await declare(key="a"), await declare(key="b")
    await people("revendeur_test").put(
        f"/incidents/{second}/draft?thread=sqp", {"content": {"body": "Pas encore envoyé", "file_ids": []}}
    )
    await people("sqp_support").post(f"/desk/{second}/merge", {"number": first})
    page = await visit("revendeur_test", f"/incidents/{second}?onglet=messagerie-sqp")
    await expect(page.locator(".composer")).to_contain_text("Pas encore envoyé")
    await page.get_by_role("button", name=f"Reprendre ce message dans l’incident n° {first}").click()
    await expect(composer(page).locator("textarea")).to_have_value("Pas encore envoyé")
    await page.goto(f"/incidents/{second}?onglet=messagerie-sqp")
    await expect(page.get_by_role("link", name=f"Écrire dans l’incident n° {first}")).to_be_visible()
