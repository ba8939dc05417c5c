"""A form belongs to the person whose page it stood on: another's is shown again with what it holds, never acted on."""

from __future__ import annotations

import dataclasses
import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from jinja2 import UndefinedError

from api.incidents import History, HistoryLine, Incident
from api.incidents.desk import DeskItem
from api.incidents.drafts import MessageDraft
from devkit import exchange_samples as samples
from portal.api_client import ApiRefused, Body, Reply
from portal.bootstrap import BLUEPRINTS
from portal.errors import SessionEnded
from portal.page_request import form_token
from portal.router import Entry
from web.auth.principal import Principal

KEY = "jeton"
MESSAGES = "/incidents/26112401/messages/sqp"
SQP = Principal(
    "s", user_id=uuid4(), organisation_id=uuid4(), organisation_kind="sqp", role="administrator", name="Ada"
)
OTHER = "00000000-0000-0000-0000-0000000000ff"
HERSELF = dataclasses.replace(SQP, user_id=UUID(OTHER))
ENTRIES = {
    entry.path: entry
    for section in BLUEPRINTS
    for entry in section.entries
    if "POST" in entry.methods and not entry.is_open
}
SENT_AT = datetime(2026, 11, 24, tzinfo=UTC)
INCIDENT = Incident.model_validate(
    {
        **samples.INCIDENT,
        "number": "26112401",
        "status": "new",
        "status_label": "Déclaré",
        "client": None,
        "attachments": [],
        "threads": ["sqp"],
        "actions": {"next": [], "write": ["sqp"], "attach": [], "files": {"count": 20, "size": 20 * 1024 * 1024}},
    }
)
DECLARED = HistoryLine(
    at=SENT_AT,
    by=INCIDENT.declared_by,
    from_status=None,
    from_label=None,
    to_status="new",
    to_label="Déclaré",
    reason=None,
    reason_label=None,
    note="",
)


class Services:
    """Stands for what is behind the gateway; notes each change that reaches it."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, str]] = []
        self.person: Principal = SQP
        self.is_over = False
        self.hides_incidents = False
        self.is_all_gone = False
        self.refuses_changes = False

    async def call(self, kind: type[Body], method: str, path: str, **options: Any) -> Reply[Body]:
        async with self.opened(method, path, **options):
            pass
        if self.hides_incidents and path.startswith("/incidents/"):
            raise ApiRefused(404, {})
        if kind is Incident:
            return Reply(200, kind.model_validate(INCIDENT.model_dump()), "")
        if kind is History:
            return Reply(200, kind.model_validate({"items": [DECLARED.model_dump()]}), "")
        if kind in (DeskItem, MessageDraft):
            raise ApiRefused(404, {})
        # Nothing more is known than that there is none.
        return Reply(200, kind.model_construct(unread_count=0, items=[], total=0, next=None), "")

    @asynccontextmanager
    async def opened(self, method: str, path: str, **_options: Any) -> AsyncIterator[None]:
        if self.is_all_gone and path != "/notifications":
            raise ApiRefused(404, {})
        if method != "GET":
            self.changes.append((method, path))
            if self.refuses_changes:
                raise ApiRefused(409, {"title": "Cet incident est terminé."})
        yield

    async def access_token(self, _: str) -> str:
        if self.is_over:
            raise SessionEnded
        return "token"

    def forget(self, _: str) -> None:
        self.is_over = True

    async def verify(self, _: str) -> Principal:
        return self.person


@pytest.fixture
def services() -> Services:
    return Services()


def path_of(entry: Entry) -> str:
    path = entry.path.replace("{number}", "26112401").replace("{thread}", "sqp")
    return re.sub(r"\{[^}]*\}", OTHER, path)


@pytest.mark.parametrize("path", ENTRIES)
async def test_no_form_of_another_person_changes_anything(
    browser: httpx.AsyncClient, services: Services, path: str
) -> None:
    filled = {"body": "Bonjour", "title": "Panne", "name": "N", "status": "closed", "current": "a", "new": "b"}
    # What the page then shows is more than these services know.
    with suppress(UndefinedError, AttributeError, TypeError):
        await browser.post(path_of(ENTRIES[path]), data={"csrf": form_token(KEY, OTHER), **filled})
    assert [path for _, path in services.changes if not path.startswith("/incident-drafts/")] == []


@pytest.mark.parametrize("path", ENTRIES)
async def test_a_script_on_another_persons_page_is_told_so(
    browser: httpx.AsyncClient, services: Services, path: str
) -> None:
    headers = {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Site": "same-origin"}
    sent = {"csrf": form_token(KEY, OTHER), "body": "Bonjour", "title": "Panne"}
    answer = await browser.post(path_of(ENTRIES[path]), data=sent, headers=headers)
    assert (answer.status_code, answer.headers["x-another-person"]) == (409, "Ada")
    assert "Ada" in answer.text
    assert services.changes == []


async def test_a_message_is_shown_again_to_the_person_now_logged_in(
    browser: httpx.AsyncClient, services: Services
) -> None:
    message = {"csrf": form_token(KEY, OTHER), "key": "k", "body": "Le disque 3 est mort"}
    answer = await browser.post(MESSAGES, data=message)
    assert "Le disque 3 est mort</textarea>" in answer.text
    assert "Vous êtes connecté comme Ada" in answer.text
    assert '<span class="state new">Déclaré</span>' in answer.text
    assert f'value="{form_token(KEY, str(SQP.user_id))}"' in answer.text
    assert services.changes == []


async def test_where_the_person_now_logged_in_may_not_see_the_form_its_words_are_not_lost(
    browser: httpx.AsyncClient, services: Services
) -> None:
    services.hides_incidents = True
    message = {"csrf": form_token(KEY, OTHER), "body": "Le disque <3> est mort"}
    answer = await browser.post(MESSAGES, data=message)
    assert answer.status_code == 404
    assert "Le disque &lt;3&gt; est mort" in answer.text


TYPED = {"body": "Le disque <3>", "note": "Le disque <3>", "title": "Le disque <3>", "onglet": "messagerie-sqp"}


@pytest.mark.parametrize("path", [MESSAGES, "/incidents/26112401/etat", "/contrats/40001/declarer"])
async def test_where_the_person_now_logged_in_only_reads_the_words_are_not_lost(
    browser: httpx.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    services.person = dataclasses.replace(SQP, role="basic")
    monkeypatch.setattr(INCIDENT.actions, "write", [])
    answer = await browser.post(path, data={"csrf": form_token(KEY, OTHER), **TYPED})
    assert "Le disque &lt;3&gt;" in answer.text
    assert services.changes == []


async def test_a_person_who_may_not_send_a_form_is_not_asked_to_confirm_it(
    browser: httpx.AsyncClient, services: Services
) -> None:
    services.person = dataclasses.replace(SQP, role="basic")
    answer = await browser.post("/contrats/40001/declarer", data={**TYPED, "csrf": form_token(KEY, OTHER)})
    assert answer.status_code == 403
    assert "Reconnectez-vous sous l’autre compte" in answer.text
    assert "validez de nouveau" not in answer.text


async def test_a_message_to_an_incident_that_ended_meanwhile_is_not_lost(
    browser: httpx.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(INCIDENT.actions, "write", [])
    services.refuses_changes = True
    form = {"csrf": form_token(KEY, str(SQP.user_id)), "key": "k", "body": "Le disque <3> est mort"}
    answer = await browser.post(MESSAGES, data=form)
    assert answer.status_code == 409
    assert "Le disque &lt;3&gt; est mort" in answer.text


@pytest.mark.parametrize(("owner", "clears"), [(str(SQP.user_id), True), (OTHER, False)], ids=["own", "another"])
async def test_a_log_out_on_the_page_of_another_leaves_what_that_person_typed(
    browser: httpx.AsyncClient, owner: str, clears: bool
) -> None:
    answer = await browser.post("/deconnexion", data={"csrf": form_token(KEY, owner)})
    assert ("clear-site-data" in answer.headers) is clears


async def test_files_of_another_persons_form_are_named_and_not_stored(
    browser: httpx.AsyncClient, services: Services
) -> None:
    fields = {"csrf": form_token(KEY, OTHER), "body": "Voir le journal"}
    files = {"files": ("journal.log", b"x", "text/plain")}
    answer = await browser.post(MESSAGES, data=fields, files=files)
    assert "Voir le journal</textarea>" in answer.text
    assert "journal.log" in answer.text
    assert services.changes == []


async def test_typed_by_one_and_sent_after_the_log_in_of_another(
    browser: httpx.AsyncClient, services: Services
) -> None:
    services.is_over = True
    fields = {"csrf": form_token(KEY, OTHER), "body": "Le disque 3"}
    answer = await browser.post(MESSAGES, data=fields)
    kept = html.unescape(re.findall('name="kept" value="([^"]*)"', answer.text)[0])
    services.is_over = False
    form = {"csrf": form_token(KEY, ""), "kept": kept}
    for person, sentence in ((SQP, "Vous êtes connecté comme Ada"), (HERSELF, "Vous êtes reconnecté.")):
        services.person = person
        again = await browser.post(MESSAGES, data=form)
        assert sentence in again.text
        assert "Le disque 3</textarea>" in again.text
    assert services.changes == []


async def test_the_same_person_after_a_new_log_in_sends_as_before(
    browser: httpx.AsyncClient, services: Services
) -> None:
    message = {"csrf": form_token(KEY, str(SQP.user_id)), "key": "k", "body": "Bonjour"}
    answer = await browser.post(MESSAGES, data=message)
    assert answer.status_code == 303
    assert services.changes == [("POST", "/incidents/26112401/messages?thread=sqp&undoable=true")]


async def test_parts_of_a_page_are_not_read_as_another_person(browser: httpx.AsyncClient) -> None:
    headers = {"HX-Request": "true", "HX-Target": "messages", "X-Person": OTHER}
    answer = await browser.get(MESSAGES, headers=headers)
    assert (answer.status_code, answer.headers["x-another-person"]) == (409, "Ada")
    mine = await browser.get(MESSAGES, headers={**headers, "X-Person": str(SQP.user_id)})
    assert mine.status_code == 200


@pytest.mark.parametrize("token", ["", KEY, "x", f"{OTHER}.", f"{SQP.user_id}.{'0' * 64}", form_token("faux", OTHER)])
async def test_a_token_that_no_page_of_this_browser_carried_is_forged(
    browser: httpx.AsyncClient, services: Services, token: str
) -> None:
    answer = await browser.post(MESSAGES, data={"csrf": token, "body": "Bonjour"})
    assert answer.status_code == 403
    assert services.changes == []


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/clients/{id}/modifier", "name"),
        ("/parametres/adresses/{id}", "street"),
        ("/parametres/utilisateurs/{id}", "last_name"),
        ("/invitations/{id}", "email"),
        ("/incidents/99999999/messages/sqp", "body"),
    ],
)
async def test_what_is_typed_about_something_that_is_gone_is_not_lost(
    browser: httpx.AsyncClient, services: Services, path: str, field: str
) -> None:
    services.is_all_gone = True
    form = {"csrf": form_token(KEY, str(SQP.user_id)), field: "Rue <3>", "etag": '"1"', "key": "k"}
    needed = {"label": "L", "street": "s", "city": "Lyon", "postal_code": "69001", "country": "FR", "email": "a@b.fr"}
    answer = await browser.post(path.format(id=OTHER), data={**needed, "phone": "0123456789", **form})
    assert answer.status_code == 404
    assert "Rue &lt;3&gt;" in answer.text
