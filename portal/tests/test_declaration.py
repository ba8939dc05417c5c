"""A declaration while services are away: everything typed comes back, and it is sent again with the same key."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import BaseModel
from starlette.applications import Starlette

from api.contracts import Article, Contract, Cover, Party
from api.incidents import (
    Choice,
    Counts,
    DeclarationChoices,
    FileLimits,
    IncidentPage,
    IncidentRow,
    IncidentState,
    OfferedAddresses,
)
from api.incidents.promises import PromiseOffer, PromiseWindow
from api.notifications import NotificationPage
from portal.api_client import ApiRefused, Body, Reply, ServiceUnavailable
from portal.errors import SessionEnded
from portal.page_request import form_token
from portal.pages import account, contract, declaration
from portal.router import Router
from web import clock
from web.auth.principal import Principal
from web.errors import Unavailable

ORIGIN = "http://localhost:8080"
COOKIES = "__Host-session=s; __Host-csrf=jeton"
ADDRESS = str(uuid4())
RESELLER = Principal(
    subject="u", user_id=uuid4(), organisation_id=uuid4(), organisation_kind="reseller", role="administrator", name="R"
)
TOKEN = form_token("jeton", str(RESELLER.user_id))
TYPED = {
    "csrf": TOKEN,
    "key": str(uuid4()),
    "title": "Écran noir",
    "nature": "defective",
    "serial_numbers": ["A1", "B2"],
    "description": "Ligne 1\r\nLigne 2",
    "address": ADDRESS,
    "country": "FR",
}
CONTRACT = Contract(
    number="29962",
    version=1,
    product_reference="TS-131K-1TIW",
    serial_number="A1",
    reseller=Party(id=uuid4(), code="R", name="R", email="", phone=""),
    client=None,
    starts_on=date(2026, 1, 1),
    warranty_ends_on=date(2028, 1, 1),
    service_level="",
    registered_at=datetime(2026, 1, 1, tzinfo=UTC),
    cover=Cover(state="active", ends_on=date(2028, 1, 1), days_left=400, sentence=""),
    articles=[
        Article(designation="NAS", product_reference="TS", serial_number=serial, specification_url="", picture_url="")
        for serial in ("A1", "B2")
    ],
    extensions=[],
    extension_offers=[],
)
OPEN = IncidentRow(
    number="26112499",
    title="Disque bruyant",
    contract_number="29962",
    product_reference="TS-131K-1TIW",
    serial_number="A1",
    serial_numbers=["A1"],
    reseller="R",
    client=None,
    client_id=None,
    status="new",
    status_label="Déclaré",
    declared_at=datetime(2026, 11, 24, tzinfo=UTC),
)
CHOICES = DeclarationChoices(
    natures=[Choice(value="defective", label="Produit défectueux")], files=FileLimits(count=20, size=20 * 1024 * 1024)
)


class Services:
    """Stands for what is behind the gateway. ``away``: first segments of paths that do not answer."""

    def __init__(self) -> None:
        self.away: set[str] = set()
        self.refusal: ApiRefused | None = None
        self.asked: list[tuple[str, str, Any, Any]] = []
        self.session: Exception | None = None
        self.open_incidents: list[IncidentRow] = []
        self.promise: PromiseOffer | None = None

    async def call(self, kind: type[Body], method: str, path: str, **options: Any) -> Reply[Body]:
        async with self.opened(method, path, **options):
            pass
        if (method, path) == ("POST", "/incidents") and self.refusal:
            raise self.refusal
        if path.startswith("/incident-drafts/"):
            raise ApiRefused(404, {})
        answers: dict[tuple[str, str], BaseModel] = {
            ("GET", "/contracts/29962"): CONTRACT,
            ("GET", "/incidents"): IncidentPage(items=self.open_incidents, total=0, counts=Counts(open=0, closed=0)),
            ("GET", "/incidents/choices"): CHOICES.model_copy(update={"promise": self.promise}),
            ("POST", "/incidents"): IncidentState(number="26112401", version=1, status="new", status_label="Déclaré"),
            ("GET", "/delivery-addresses"): OfferedAddresses(items=[]),
            ("GET", "/notifications"): NotificationPage(items=[], total=0, unread_count=0),
        }
        answer = answers[method, path]
        assert isinstance(answer, kind)
        return Reply(200, answer, "")

    @asynccontextmanager
    async def opened(self, method: str, path: str, **options: Any) -> AsyncIterator[None]:
        sent = options.get("data")
        self.asked.append((method, path, json.loads(sent) if sent else None, options.get("headers")))
        if path.strip("/").split("/")[0] in self.away:
            raise ServiceUnavailable
        yield

    async def access_token(self, _: str) -> str:
        if self.session is not None:
            raise self.session
        return "token"

    async def verify(self, _: str) -> Principal:
        return RESELLER

    def sent(self, method: str, start: str) -> list[tuple[Any, Any]]:
        return [
            (body, headers) for verb, path, body, headers in self.asked if verb == method and path.startswith(start)
        ]


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.fixture
async def browser(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    site = Router(services, services, services, ORIGIN)  # type: ignore[arg-type]
    app = Starlette(routes=site.routes(account.blueprint, contract.blueprint, declaration.blueprint))
    headers = {"Cookie": COOKIES, "Origin": ORIGIN}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN, headers=headers) as client:
        yield client


async def declare(browser: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    return await browser.post("/contrats/29962/declarer", data={**TYPED, **changes})


def everything_stands(page: str) -> None:
    assert 'value="Écran noir"' in page
    assert '<option value="defective" selected>' in page
    assert "Ligne 1\nLigne 2</textarea>" in page
    assert len(re.findall(r'name="serial_numbers" value="\w+" checked', page)) >= 1
    assert f'name="key" value="{TYPED["key"]}"' in page


@pytest.mark.parametrize("away", [{"incidents"}, {"incidents", "contracts"}, {"incidents", "incident-drafts"}])
async def test_a_service_that_is_away_loses_nothing(
    browser: httpx.AsyncClient, services: Services, away: set[str]
) -> None:
    services.away = away | {"delivery-addresses"} if "contracts" not in away else away
    answer = await declare(browser)
    assert answer.status_code == 503
    assert "Rien n’est perdu" in answer.text
    everything_stands(answer.text)
    if "contracts" in away:
        assert 'value="B2" checked' in answer.text
    services.away = set()
    assert (await declare(browser)).headers["location"] == "/incidents/26112401"
    keys = {headers["Idempotency-Key"] for _, headers in services.sent("POST", "/incidents")}
    assert keys == {TYPED["key"]}


@pytest.mark.parametrize("key", ["k" * 256, "k" * 60_000, "clé", "a\x7fb"])
async def test_a_key_that_no_form_carried_is_none(browser: httpx.AsyncClient, services: Services, key: str) -> None:
    assert (await declare(browser, key=key)).headers["location"] == "/incidents/26112401"
    [(_, headers)] = services.sent("POST", "/incidents")
    assert "Idempotency-Key" not in headers


@pytest.mark.parametrize(
    ("typed", "sent"), [({"promise_revision": "7"}, 7), ({}, None), ({"promise_revision": "x"}, None)]
)
async def test_a_declaration_names_the_terms_by_which_a_promise_was_shown(
    browser: httpx.AsyncClient, services: Services, typed: dict[str, str], sent: int | None
) -> None:
    await declare(browser, **typed)
    [(body, _)] = services.sent("POST", "/incidents")
    assert body.get("promise_revision") == sent
    assert ("promise_revision" in body) == (sent is not None)


def offer(*windows: tuple[str, str], **changes: Any) -> PromiseOffer:
    """At 14:48 on Tuesday 19 May; each window by its end, and the day of dispatch."""
    now = datetime.fromisoformat("2026-05-19T14:48:00+02:00")
    shown = [PromiseWindow(closes_at=datetime.fromisoformat(end), dispatch_on=day) for end, day in windows]
    return PromiseOffer(
        **{"revision": 7, "clock_start": "declaration", "cutoff": "16:00", "now": now, "windows": shown, **changes}
    )


async def test_the_promise_stands_beside_the_button_with_the_time_left_for_it(
    browser: httpx.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 5, 19, 12, 48, tzinfo=UTC))
    services.promise = offer(("2026-05-19T16:00:00+02:00", "2026-05-20"), ("2026-05-20T16:00:00+02:00", "2026-05-21"))
    page = (await browser.get("/contrats/29962/declarer")).text
    lines = [re.sub("<[^>]+>", "", line).replace("\u00a0", " ") for line in re.findall("<p data-closes.*?</p>", page)]
    assert lines == [
        "Déclarez avant 16:00, il reste 1 h 12 → envoi mercredi 20 mai",
        "Déclarez avant mercredi 20 mai 16:00, il reste 1 j 0 h → envoi jeudi 21 mai",
    ]
    assert 'name="promise_revision" value="7"' in page


async def test_where_the_approval_starts_the_clock_no_day_is_named(
    browser: httpx.AsyncClient, services: Services
) -> None:
    services.promise = offer(clock_start="approval")
    page = (await browser.get("/contrats/29962/declarer")).text
    assert "Envoi le jour ouvré suivant l’accord de SQP, s’il est donné avant 16:00." in page
    assert "countdown.js" not in page


async def test_no_promise_is_shown_where_there_is_none(browser: httpx.AsyncClient, services: Services) -> None:
    page = (await browser.get("/contrats/29962/declarer")).text
    assert "promise_revision" not in page
    assert "countdown" not in page


async def test_a_failed_send_is_kept_as_the_draft_too(browser: httpx.AsyncClient, services: Services) -> None:
    services.away = {"incidents"}
    await declare(browser)
    [(body, _)] = services.sent("PUT", "/incident-drafts/")
    assert body["contract_number"] == "29962"
    assert body["content"]["description"] == "Ligne 1\nLigne 2"
    assert body["content"]["serial_numbers"] == ["A1", "B2"]


async def test_a_refusal_stands_at_its_field(browser: httpx.AsyncClient, services: Services) -> None:
    errors = [{"field": "delivery_address.address.email", "message": "Ce format n’est pas valable.", "type": "x"}]
    services.refusal = ApiRefused(422, {"title": "…", "code": "malformed_input", "errors": errors})
    answer = await declare(
        browser, address="new", street="1 rue A", city="B", postal_code="69001", email="a@b.fr", phone="0123456789"
    )
    assert answer.status_code == 422
    assert 'id="email-wrong"' in answer.text
    assert 'href="#email"' in answer.text
    services.refusal = ApiRefused(409, {"title": "Numéro inconnu.", "code": "unknown_serial"})
    answer = await declare(browser)
    assert '<a href="#serial_numbers">Numéro inconnu.</a>' in answer.text


@pytest.mark.parametrize("field", ["title", "description", "city"])
@pytest.mark.parametrize("typed", ["", " \t", "\u200b\u3164", "\u2800", "\u00ad\ufeff", "\u202e \u2066"])
async def test_a_field_in_which_nothing_is_seen_is_to_be_filled_in(
    browser: httpx.AsyncClient, services: Services, field: str, typed: str
) -> None:
    address = {
        "address": "new",
        "street": "1 rue A",
        "city": "B",
        "postal_code": "69001",
        "email": "a@b.fr",
        "phone": "1",
    }
    answer = await declare(browser, **{**address, field: typed})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert "à renseigner" in answer.text
    assert services.sent("POST", "/incidents") == []


async def test_a_form_that_was_registered_already_says_so_and_may_declare_another(
    browser: httpx.AsyncClient, services: Services
) -> None:
    services.refusal = ApiRefused(422, {"title": "…", "code": "idempotency_key_reused"})
    answer = await declare(browser)
    assert answer.status_code == 409
    assert "est déjà enregistrée" in answer.text
    assert str(TYPED["key"]) not in answer.text


async def test_a_declaration_sent_again_leads_to_the_incident_that_exists(
    browser: httpx.AsyncClient, services: Services
) -> None:
    services.refusal = ApiRefused(409, {"title": "…", "code": "declared_already", "number": "26112499"})
    answer = await declare(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/incidents/26112499")


async def test_an_incident_that_is_open_on_the_product_is_shown_before_declaring(
    browser: httpx.AsyncClient, services: Services
) -> None:
    services.open_incidents = [OPEN]
    services.refusal = ApiRefused(409, {"title": "Numéro inconnu.", "code": "unknown_serial"})
    answer = await declare(browser)
    assert "Un incident est déjà ouvert sur ce matériel" in answer.text
    assert 'href="/incidents/26112499"' in answer.text


@pytest.mark.parametrize(("typed", "is_kept"), [({}, False), ({"country": "FR"}, False), ({"title": "Panne"}, True)])
async def test_an_empty_form_is_no_draft(
    browser: httpx.AsyncClient, services: Services, typed: dict[str, str], is_kept: bool
) -> None:
    blank = dict.fromkeys(
        (
            "title",
            "nature",
            "description",
            "complement",
            "label",
            "street",
            "city",
            "postal_code",
            "email",
            "phone",
        ),
        "",
    )
    answer = await declare(browser, **{**blank, **typed})
    assert answer.status_code == 422
    assert bool(services.sent("PUT", "/incident-drafts")) is is_kept


async def test_an_address_that_cannot_be_saved_does_not_undo_the_declaration(
    browser: httpx.AsyncClient, services: Services
) -> None:
    services.away = {"addresses"}
    new = {
        "address": "new",
        "street": "1 rue A",
        "city": "B",
        "postal_code": "69001",
        "email": "a@b.fr",
        "phone": "0123456789",
    }
    answer = await declare(browser, **new, save_address="on")
    assert answer.status_code == 303
    assert "pas%20pu%20%C3%AAtre%20ajout" in answer.headers["set-cookie"]


async def test_while_identity_is_away_the_form_waits_in_the_page(
    browser: httpx.AsyncClient, services: Services
) -> None:
    services.session = Unavailable()
    answer = await declare(browser)
    assert answer.status_code == 503
    kept = re.findall('name="kept" value="([^"]*)"', answer.text)[0].replace("&#34;", '"').replace("&amp;", "&")
    assert ["title", "Écran noir"] in json.loads(kept)
    services.session = None
    again = await browser.post("/contrats/29962/declarer", data={"csrf": TOKEN, "kept": kept})
    assert again.headers["location"] == "/contrats/29962/declarer"
    [(body, _)] = services.sent("PUT", "/incident-drafts/")
    assert body["content"]["title"] == "Écran noir"
    assert not services.sent("POST", "/incidents")


async def test_a_dead_session_keeps_the_form_but_no_secret_of_it(
    browser: httpx.AsyncClient, services: Services
) -> None:
    services.session = SessionEnded()
    answer = await declare(browser)
    assert 'action="/connexion"' in answer.text
    kept = re.findall('name="kept" value="([^"]*)"', answer.text)[0]
    assert "Écran noir" in kept
    assert "jeton" not in kept


async def test_a_forged_form_is_neither_kept_nor_sent(browser: httpx.AsyncClient, services: Services) -> None:
    for session in (None, SessionEnded(), Unavailable()):
        services.session = session
        answer = await declare(browser, csrf="faux")
        assert answer.status_code == 403
        assert 'name="kept"' not in answer.text
    other_site = await browser.post("/contrats/29962/declarer", data=TYPED, headers={"Origin": "https://evil.example"})
    assert other_site.status_code == 403
    assert not services.sent("POST", "/incidents")


async def test_a_browser_that_lost_all_its_cookies_keeps_what_was_typed(
    browser: httpx.AsyncClient, services: Services
) -> None:
    services.session = None
    browser.headers.pop("cookie", None)
    browser.cookies.clear()
    answer = await declare(browser)
    assert answer.status_code == 200
    assert 'name="kept"' in answer.text


async def test_no_more_files_are_looked_up_than_a_form_may_name(browser: httpx.AsyncClient, services: Services) -> None:
    services.away = {"files"}
    await declare(browser, file_ids=[str(uuid4()) for _ in range(380)], title="")
    assert len(services.sent("GET", "/files/")) == 20


async def test_anothers_declaration_does_not_take_the_place_of_ones_own_draft(
    browser: httpx.AsyncClient, services: Services
) -> None:
    anothers = form_token("jeton", str(uuid4()))
    answer = await declare(browser, csrf=anothers)
    assert (answer.status_code, "sous un autre compte" in answer.text) == (409, True)
    everything_stands(answer.text)
    kept = await browser.post("/contrats/29962/brouillon", data={**TYPED, "csrf": anothers})
    assert kept.status_code == 409
    assert services.sent("PUT", "/incident-drafts/") == []


@pytest.mark.parametrize(("changes", "status"), [({"description": "a" * 70_000}, 422), ({}, 303)])
async def test_a_draft_that_is_refused_says_why(
    browser: httpx.AsyncClient, changes: dict[str, str], status: int
) -> None:
    answer = await declare(browser, keep="1", **changes)
    assert answer.status_code == status
    assert ("ne répond pas" in answer.text) is False


@pytest.mark.parametrize(
    "changes", [{"lost_file": "é" * 1500}, {"lost_file": ["日" * 1500] * 8}, {"lost_file": "a" * 100_000}]
)
async def test_a_sentence_is_no_longer_than_a_cookie_holds(browser: httpx.AsyncClient, changes: dict[str, Any]) -> None:
    answer = await declare(browser, keep="1", **changes)
    assert answer.status_code == 303
    assert max(len(value) for value in answer.headers.get_list("set-cookie")) < 4096


@pytest.mark.parametrize("query", ["é" * 1000, "日" * 300, "a" * 12_000])
async def test_the_way_back_after_a_log_in_fits_into_a_header(browser: httpx.AsyncClient, query: str) -> None:
    browser.headers.pop("cookie", None)
    answer = await browser.get("/contrats/29962", params={"q": query})
    assert answer.status_code == 303
    assert len(answer.headers["location"]) < 8000
