"""What holds on every page: it works without scripts, English is complete, and basic users have no forms of others."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from playwright.async_api import expect
from tests.portal.paths import BASIC, CLIENT, PLACES, RESELLER, Place
from tests.portal.walking import Walker

from portal.bootstrap import BLUEPRINTS
from portal.translations import english

pytestmark = pytest.mark.e2e

every_page = pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)

# Answered to a script, as a file, or with the way to another page.
NO_PAGES = {
    "/",
    *(
        f"/{name}.{ending}"
        for name in ("contrats", "incidents", "incidents-choisis", "clients", "renouvellements")
        for ending in ("csv", "xlsx")
    ),
    "/contrats/{number}/images/{serial:path}",
    "/recherche/suggestions",
    "/palette",
    # With a log-in that waits alone.
    "/connexion/code",
    "/notifications/panneau",
    "/notifications/{id}",
    "/a-traiter/nombre",
    "/a-traiter/presence",
    "/a-traiter/vues/onglets",
    "/a-traiter/lot/{step}",
    "/a-traiter/{act}",
    "/a-traiter/{number}/{act}",
    "/incidents/{number}/bureau",
    "/incidents/{number}/etat",
    "/incidents/{number}/pdf",
    "/incidents/{number}/messages/{thread}",
    "/incidents/{number}/fichiers",
    "/incidents/{number}/fichiers/{file_id}",
    "/incidents/{number}/echanges",
    "/incidents/{number}/echanges/{line}",
    "/incidents/{number}/colis",
    "/incidents/{number}/colis/{parcel}",
    "/incidents/{number}/donnees",
    "/incidents/{number}/echanges/{line}/bon-de-retour.pdf",
}
# What a basic user may change: the own profile, password, sessions, preferences, notifications, views of lists.
OWN_FORMS = re.compile(
    r"/(vues/(contrats|incidents)(/.*)?|theme|langue|deconnexion|notifications/lues|parametres(/(mot-de-passe|sessions.*|notifications|adresse/.*|double-authentification.*|confirmation))?)$"
)

SAID = """() => {
    const said = [];
    const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) said.push(walk.currentNode.textContent);
    for (const name of ["aria-label", "placeholder", "title", "alt", "content", "data-copied"])
        for (const element of document.querySelectorAll(`[${name}]`)) said.push(element.getAttribute(name));
    return said.map((words) => words.replace(/\\s+/g, " ").trim()).filter(Boolean);
}"""


def only_french() -> Iterable[re.Pattern[str]]:
    """What a page in English must not say, as patterns of whole texts."""
    for french, translated in english().items():
        literal = re.sub(r"%\(\w+\)s", "", french)
        if french != translated and len(re.findall(r"\w", literal)) >= 4:
            yield re.compile(re.sub(r"%\\\(\w+\\\)s", ".+", re.escape(french)))


FRENCH = list(only_french())
# What people typed, and what notifications tell a person whose profile is in French.
DATA = (
    "Adresse principale",
    "Revendeur",
    "Relancer le retour",
    "Cet incident a été résolu.",
    "[Contrats étendus] 2 contrats",
)


def is_french(words: str) -> bool:
    for typed in DATA:
        words = words.replace(typed, "")
    return any(pattern.fullmatch(words) for pattern in FRENCH)


@every_page
async def test_a_page_in_english_says_nothing_in_french_and_needs_no_script(walker: Walker, place: Place) -> None:
    async with walker.at(place, language="en", locale="en-GB", java_script_enabled=False) as page:
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        await expect(page.get_by_role("heading", level=1)).to_have_count(1)
        await expect(page.get_by_role("main")).to_have_count(1)
        said = await page.evaluate(SAID)
    assert [words for words in said if is_french(words)] == []


@pytest.mark.parametrize("place", [place for place in PLACES if place.login == BASIC], ids=lambda place: place.name)
async def test_a_basic_user_has_no_form_but_for_what_is_its_own(walker: Walker, place: Place) -> None:
    async with walker.at(place) as page:
        forms = await page.eval_on_selector_all(
            "form[method=post]", "forms => forms.map((form) => new URL(form.action).pathname)"
        )
    assert [form for form in forms if not OWN_FORMS.fullmatch(form)] == []


def test_every_page_is_walked() -> None:
    paths = {entry.path for blueprint in BLUEPRINTS for entry in blueprint.entries if "GET" in entry.methods} - NO_PAGES
    walked = [place.path.split("?")[0] for place in PLACES]
    missed = {path for path in paths if not any(_fits(path, each) for each in walked)}
    assert missed == set()


def _fits(route: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", route), path) is not None


async def test_cookies_are_for_this_host_alone_and_out_of_reach_of_scripts(walker: Walker) -> None:
    async with walker.at(Place("cookies", CLIENT, "/contrats")) as page:
        cookies = {cookie["name"]: cookie for cookie in await page.context.cookies()}
        reachable = await page.evaluate("document.cookie")
    assert {name.partition("-csrf")[0] for name in cookies} >= {"__Host-session", "__Host", "__Host-language"}
    for name, cookie in cookies.items():
        assert name.startswith("__Host-")
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, True, "Lax", "/")
    assert reachable == ""


@pytest.mark.parametrize("path", ["/connexion", "/contrats", "/incidents", "/nulle-part", "/portail/x/portal.js"])
async def test_every_answer_is_hardened(walker: Walker, path: str) -> None:
    async with walker.at(Place("headers", RESELLER, "/contrats")) as page:
        answer = await page.request.get(path, headers={"Accept": "text/html"})
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"]
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
