"""Every page, form and read of the API × other tenants, nobody, and the sides that a thread is not for: what is there
answers as what is missing, and says and changes nothing. Routes are those of the portal and of the OpenAPI document, so
that a new one is walked from its first day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import requests
from tests.hostile.conftest import LOGINS, Role
from tests.hostile.portal import PAGES, Browser, Form, filled, path_of, text_of

from demonstration import seeding
from demonstration.caller import eventually
from devstack.testing import world as worlds
from devstack.testing.embedded import EmbeddedStack
from devstack.testing.world import World
from events import organisation_id

# It never ends; services/notifications/tests/stream reads it.
STREAM = "/api/v1/notifications/stream"
# End the session that asks, or are the same for everybody.
NOT_SENT = ("/deconnexion", "/langue", "/theme")
MISSING = str(uuid4())


@dataclass
class Estate:
    """One tenant with an incident; ``facts`` are what its paths name, the words what only some may read."""

    world: World
    facts: dict[str, str]
    tenant: tuple[str, ...]
    to_client: str
    to_sqp: str

    @property
    def missing(self) -> dict[str, str]:
        ids = {name: MISSING for name in self.facts if name != "ends_on"}
        return {**self.facts, **ids, "number": "19990101", "contract": "X-404", "serial": "S-404", "line": "7"}

    @property
    def outsiders(self) -> dict[str | None, tuple[str, ...]]:
        """Log-in of each who reads, and the words that it must not find."""
        everything = (*self.tenant, self.to_client, self.to_sqp)
        mark = self.world.mark.lower()
        return {
            None: everything,
            f"other-{mark}": everything,
            "client_test": everything,
            f"client-{mark}": (self.to_sqp,),
            "sqp_support": (self.to_client,),
        }

    async def state(self) -> dict[str, Any]:
        """Of all that a form of another could change."""
        number, world = self.facts["number"], self.world
        asked = [
            (world.reseller, f"/incidents/{number}", {}),
            (world.reseller, f"/incidents/{number}/exchanges", {}),
            (world.reseller, f"/incidents/{number}/messages", {"thread": "sqp"}),
            (world.client, f"/incidents/{number}/messages", {"thread": "client"}),
            (world.support, f"/incidents/{number}/messages", {"thread": "internal"}),
            (world.support, f"/desk/{number}", {}),
            (world.reseller, f"/contracts/{world.contract}", {}),
            (world.reseller, f"/contracts/{world.unheld}", {}),
            (world.reseller, "/renewals", {}),
            *((who, path, {}) for who in (world.reseller, world.client) for path in ("/users", "/addresses", "/me")),
            *((who, "/organisation", {}) for who in (world.reseller, world.client)),
            (world.reseller, f"/clients/{self.facts['client']}", {}),
            (world.reseller, "/invitations", {}),
        ]
        return {f"{path} {parameters} {place}": await who.get(path, **parameters)
                for place, (who, path, parameters) in enumerate(asked)}  # fmt: skip


@pytest.fixture(scope="module")
async def estate(stack: EmbeddedStack) -> Any:
    async with aiohttp.ClientSession() as http:
        world = await worlds.make(stack, http)
        to_client, to_sqp = (f"{word}{uuid4().hex[:8]}" for word in ("quagga", "okapi"))
        uploaded = await world.reseller.upload(f"{to_sqp}.txt", b"note", "text/plain", key=world.mark)
        number = await worlds.declared(world)
        for who, thread, said, files in (
            (world.client, "client", to_client, []),
            (world.reseller, "sqp", to_sqp, [uploaded["id"]]),
        ):
            body = {"body": said, "file_ids": files}
            await who.post(f"/incidents/{number}/messages?thread={thread}", body)

        async def is_bound() -> bool | None:
            items = (await world.reseller.get(f"/incidents/{number}/messages", thread="sqp"))["items"]
            return all(file["scan"] == "clean" for file in items[0]["attachments"]) or None

        await eventually(is_bound, what="the file of the thread")
        facts = {
            "number": number,
            "contract": world.contract,
            "serial": world.serials[0],
            "client": str(organisation_id("client", f"CLIENT-{world.mark}")),
            "reseller": str(organisation_id("reseller", f"RESELLER-{world.mark}")),
            "address": (await world.client.get("/addresses"))["items"][0]["id"],
            "user": (await world.reseller.get("/users"))["items"][0]["id"],
            "file_id": uploaded["id"],
            "line": "1",
            "ends_on": (await world.reseller.get(f"/contracts/{world.contract}"))["warranty_ends_on"],
        }
        tenant = (*world.serials, f"Client {world.mark}", world.address("client"), world.address("basic"))
        yield Estate(world, facts, tenant, to_client, to_sqp)


def password_of(login: str | None) -> str:
    return seeding.PASSWORD if login in LOGINS.values() else worlds.PASSWORD


def browsing(estate: Estate, login: str | None) -> Browser:
    browser = Browser(estate.world.stack.url, login, password_of(login))
    assert browser.log_in()
    return browser


def searches(forbidden: tuple[str, ...]) -> list[str]:
    """A word of the tenant's and the words of threads, short of their ends: a page repeats what it was asked."""
    return [word[:-2] for word in dict.fromkeys((forbidden[0], *forbidden[-2:]))]


async def test_no_page_shows_anything_of_another_tenant(estate: Estate, subtests: pytest.Subtests) -> None:
    for login, forbidden in estate.outsiders.items():
        browser = browsing(estate, login)
        is_party = len(forbidden) == 1
        for entry in PAGES:
            path = path_of(entry, {"thread": "sqp" if forbidden == (estate.to_sqp,) else "client", **estate.facts})
            with subtests.test(f"{login} {entry.path}"):
                for word in searches(forbidden):
                    there = browser.send("GET", f"{path}?q={word}&dans=messages")
                    said = text_of(there.headers.get("content-type", ""), there.content)
                    assert there.status_code < 500
                    assert [each for each in forbidden if each in said.replace(path, "")] == []
                if not is_party and "{" in entry.path:
                    nowhere = browser.send("GET", path_of(entry, {"thread": "client", **estate.missing}))
                    assert there.status_code == nowhere.status_code
        browser.http.close()


def test_no_read_of_the_api_shows_anything_of_another_tenant(estate: Estate, subtests: pytest.Subtests) -> None:
    url = estate.world.stack.url
    paths = requests.get(f"{url}/openapi.json", timeout=60).json()["paths"]
    operations = [path for path, methods in paths.items() if "get" in methods and path != STREAM]
    assert len(operations) > 60
    for login, forbidden in {**estate.outsiders, seeding.ACCOUNT: (estate.to_client,)}.items():
        role = Role(url, str(login), login, password_of(login))
        for path in operations:
            with subtests.test(f"{login} {path}"):
                for kind in ("application/json", "text/csv"):
                    for word in searches(forbidden):
                        asked = {"q": word, "thread": "client", "contract": estate.world.contract}
                        answer = requests.get(
                            url + filled(path, _places(path, estate)),
                            params=asked,
                            headers={**role.headers(), "Accept": kind},
                            timeout=60,
                        )
                        assert answer.status_code < 500
                        assert [each for each in forbidden if each in answer.text] == []


def _places(path: str, estate: Estate) -> dict[str, str]:
    """What ``path`` names, by its subject."""
    subjects = {"contracts": "contract", "renewals": "contract", "clients": "client", "resellers": "reseller"}
    subject = subjects.get(path.removeprefix("/api/v1/").partition("/")[0], "user")
    named = estate.facts[subject]
    return {**estate.facts, "number": named if subject == "contract" else estate.facts["number"], "identifier": named}


async def test_no_form_changes_anything_of_another_tenant(estate: Estate, subtests: pytest.Subtests) -> None:
    """The forms as the tenant's own people, and SQP, are shown them, sent by others, and by a person who only reads."""
    forms = shown(estate)
    assert len({re.sub(r"[0-9a-f-]{8,}|\d+", "*", form.action) for form in forms.values()}) > 20
    before = await estate.state()
    mark = estate.world.mark.lower()
    for login in (None, f"other-{mark}", "client_test", f"basic-{mark}"):
        browser = browsing(estate, login)
        for path, form in forms.items():
            with subtests.test(f"{login} {path}"):
                assert browser.log_in()
                pairs = [(name, value) for name, value in form.fields if name not in (b"csrf", b"key")]
                answer = browser.post(path, [(b"csrf", browser.csrf()), *pairs])
                assert answer.status_code < 500
        browser.http.close()
    after = await estate.state()
    assert {name: said for name, said in after.items() if said != before[name]} == {}


def shown(estate: Estate) -> dict[str, Form]:
    """By action: every form that names something of the tenant's."""
    found: dict[str, Form] = {}
    named = {value for name, value in estate.facts.items() if name not in ("line", "ends_on")}
    mark = estate.world.mark.lower()
    for login in (f"reseller-{mark}", f"client-{mark}", "sqp_support"):
        browser = browsing(estate, login)
        for entry in PAGES:
            for form in browser.page(path_of(entry, {"thread": "sqp", **estate.facts})).forms:
                path = form.action.partition("?")[0]
                if form.method == "post" and path not in NOT_SENT and any(each in form.action for each in named):
                    found.setdefault(path, form)
        browser.http.close()
    return found
