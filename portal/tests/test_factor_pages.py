"""Second factors on the pages: the second step, what asks for a proof, and what is shown once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import BaseModel

from api.identity.factors import (
    EnrolledBrowser,
    Enrolment,
    Factors,
    OwnPasskey,
    PasskeyOptions,
    RecoveryCodes,
    Rescue,
    Rescues,
)
from api.identity.organisations import Organisation
from api.identity.people import User
from api.identity.sign_in import BrowserSession, Recovery
from api.notifications import NotificationPage
from portal.api_client import ApiRefused, Body, Reply
from portal.page_request import form_token
from web.auth.principal import Principal

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
SQP = Principal(
    subject="u", user_id=uuid4(), organisation_id=uuid4(), organisation_kind="sqp", role="administrator", name="Camille"
)
SESSION = BrowserSession(session_token="ouverte", max_age=None, device_token="appareil", device_max_age=60)
SECRET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
ENROLMENT = Enrolment(secret=SECRET, uri=f"otpauth://totp/SQP:moi?secret={SECRET}&issuer=SQP")
OPTIONS = {"challenge": "AAAA", "rpId": "localhost"}
KEY = OwnPasskey(id=uuid4(), name="Téléphone de Jean", created_at=NOW, last_used_at=None)
NONE = Factors(application_since=None, recovery_codes_left=0, proven_until=None)
BOTH = Factors(application_since=NOW, recovery_codes_left=7, proven_until=None, passkeys=[KEY])
FACTORS = "/parametres/double-authentification"


class Services:
    """Stands for what is behind the gateway: an answer or a refusal for each request, and what was asked."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], BaseModel | ApiRefused] = {
            ("GET", "/notifications"): NotificationPage(items=[], total=0, unread_count=0),
            ("GET", "/auth/factors"): NONE,
            # The language stays as it was.
            ("GET", "/me"): ApiRefused(404, {}),
        }
        self.asked: list[tuple[str, str]] = []

    def refuse(self, method: str, path: str, code: str, status: int = 409, **more: object) -> None:
        self.answers[method, path] = ApiRefused(status, {"code": code, "title": f"Refus : {code}", **more})

    async def call(self, kind: type[Body], method: str, path: str, **_: Any) -> Reply[Body]:
        self.asked.append((method, path))
        answer = self.answers[method, path]
        if isinstance(answer, ApiRefused):
            raise answer
        assert isinstance(answer, kind)
        return Reply(200, answer, '"1"')

    @asynccontextmanager
    async def opened(self, method: str, path: str, **_: Any) -> AsyncIterator[None]:
        self.asked.append((method, path))
        answer = self.answers.get((method, path))
        if isinstance(answer, ApiRefused):
            raise answer
        yield

    def forget(self, _: str) -> None:
        pass

    async def access_token(self, _: str) -> str:
        return "token"

    async def verify(self, _: str) -> Principal:
        return SQP


@pytest.fixture
def services() -> Services:
    return Services()


async def post(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    sent = {"csrf": form_token("jeton", str(SQP.user_id)), **fields}
    return await browser.post(path, data=sent, headers={"Cookie": f"{browser.headers['cookie']}; {WAITING}"})


WAITING = "__Host-second-step=attente"


async def test_a_password_leads_to_the_second_step_and_the_token_to_a_cookie_alone(
    browser: httpx.AsyncClient, services: Services
) -> None:
    services.refuse("POST", "/auth/login", "second_factor_needed", 401, second_step="le-jeton")
    answer = await post(browser, "/connexion", login="moi", password="secret", suite="/incidents")
    assert (answer.status_code, answer.headers["location"]) == (303, "/connexion/code?suite=%2Fincidents")
    assert "le-jeton" not in answer.headers["location"]
    [cookie] = [each for each in answer.headers.get_list("set-cookie") if "second-step" in each]
    assert cookie.startswith("__Host-second-step=le-jeton;")
    assert "HttpOnly" in cookie


async def test_a_wrong_code_is_said_and_a_right_one_opens(browser: httpx.AsyncClient, services: Services) -> None:
    services.refuse("POST", "/auth/second-step", "wrong_code")
    wrong = await post(browser, "/connexion/code", code="000000", suite="/incidents")
    assert (wrong.status_code, "Refus : wrong_code" in wrong.text) == (409, True)
    services.answers["POST", "/auth/second-step"] = SESSION
    right = await post(browser, "/connexion/code", code="123456", suite="/incidents")
    assert (right.status_code, right.headers["location"]) == (303, "/incidents")
    cookies = right.headers.get_list("set-cookie")
    assert any(each.startswith("__Host-session=ouverte") for each in cookies)
    assert any(each.startswith('__Host-second-step=""') for each in cookies)


async def test_one_that_waited_too_long_begins_again(browser: httpx.AsyncClient, services: Services) -> None:
    services.refuse("POST", "/auth/second-step", "second_step_over")
    answer = await post(browser, "/connexion/code", code="123456")
    assert (answer.status_code, "Refus : second_step_over" in answer.text) == (409, True)
    assert 'name="password"' in answer.text


async def test_who_must_have_a_factor_adds_it_before_anything_opens(
    browser: httpx.AsyncClient, services: Services
) -> None:
    services.refuse("POST", "/auth/login", "second_factor_to_add", 401, second_step="le-jeton")
    services.answers["POST", "/auth/second-step/application"] = ENROLMENT
    shown = await post(browser, "/connexion", login="moi", password="secret", suite="/incidents")
    assert shown.status_code == 200
    assert "<svg" in shown.text
    assert "<span>ABCD</span>" in shown.text
    assert not any(each.startswith("__Host-session") for each in shown.headers.get_list("set-cookie"))
    services.refuse("POST", "/auth/second-step/application/confirm", "wrong_code")
    wrong = await post(browser, "/connexion/application", code="000000", suite="/incidents")
    assert (wrong.status_code, "<svg" in wrong.text) == (409, True)
    added = EnrolledBrowser(codes=["AAAA-BBBB-CCCC-DDDD"], session=SESSION)
    services.answers["POST", "/auth/second-step/application/confirm"] = added
    right = await post(browser, "/connexion/application", code="123456", suite="/incidents")
    assert "AAAA-BBBB-CCCC-DDDD" in right.text
    assert 'href="/incidents"' in right.text
    assert any(each.startswith("__Host-session=ouverte") for each in right.headers.get_list("set-cookie"))


async def test_a_change_asks_for_a_proof_and_is_then_sent_again(browser: httpx.AsyncClient, services: Services) -> None:
    services.refuse("POST", "/rescues", "proof_needed")
    fields = {"login": "perdue", "reason": "rappelée au numéro du contrat"}
    asked = await post(browser, "/parametres/secours", **fields)
    assert 'action="/parametres/confirmation"' in asked.text
    assert 'name="suite" value="/parametres/secours"' in asked.text
    assert 'name="reason" value="rappelée au numéro du contrat"' in asked.text
    assert 'name="code"' not in asked.text, "the person has no factor"
    services.refuse("POST", "/auth/proof", "wrong_password")
    wrong = await post(browser, "/parametres/confirmation", password="faux", suite="/parametres/secours", **fields)
    assert (wrong.status_code, 'name="login" value="perdue"' in wrong.text) == (409, True)
    assert "faux" not in wrong.text
    del services.answers["POST", "/auth/proof"]
    right = await post(browser, "/parametres/confirmation", password="bon", suite="/parametres/secours", **fields)
    assert (right.status_code, right.headers["location"]) == (307, "/parametres/secours")


@pytest.mark.parametrize("suite", ["//evil.example", "https://evil.example/parametres/", "/deconnexion", ""])
async def test_a_proof_leads_to_a_page_of_the_settings_alone(
    browser: httpx.AsyncClient, services: Services, suite: str
) -> None:
    answer = await post(browser, "/parametres/confirmation", password="bon", suite=suite)
    assert (answer.status_code, answer.headers["location"]) == (303, "/parametres")


async def test_a_proof_asks_for_what_the_person_has(browser: httpx.AsyncClient, services: Services) -> None:
    services.answers["GET", "/auth/factors"] = BOTH
    services.answers["POST", "/auth/proof/passkey"] = PasskeyOptions(options=OPTIONS)
    services.refuse("DELETE", "/auth/factors/application", "proof_needed")
    asked = await post(browser, f"{FACTORS}/application/retirer")
    assert 'name="code"' in asked.text
    assert 'data-passkey="get"' in asked.text
    assert "&#34;challenge&#34;: &#34;AAAA&#34;" in asked.text


async def test_the_page_of_factors_says_what_there_is(browser: httpx.AsyncClient, services: Services) -> None:
    bare = (await browser.get(FACTORS)).text
    assert "Ajouter une application" in bare
    assert "Codes de secours" not in bare
    services.answers["GET", "/auth/factors"] = BOTH
    full = (await browser.get(FACTORS)).text
    assert "Codes restants" in full
    assert "Téléphone de Jean" in full
    assert "jamais utilisée" in full


async def test_secret_and_recovery_codes_are_shown_on_the_way(browser: httpx.AsyncClient, services: Services) -> None:
    services.answers["POST", "/auth/factors/application"] = ENROLMENT
    shown = await post(browser, f"{FACTORS}/application")
    assert (shown.status_code, "<svg" in shown.text) == (200, True)
    services.answers["POST", "/auth/factors/application/confirm"] = RecoveryCodes(codes=["AAAA-BBBB-CCCC-DDDD"])
    added = await post(browser, f"{FACTORS}/application/confirmer", code="123456")
    assert "AAAA-BBBB-CCCC-DDDD" in added.text
    services.answers["POST", "/auth/factors/recovery-codes"] = RecoveryCodes(codes=["EEEE-FFFF-GGGG-HHHH"])
    assert "EEEE-FFFF-GGGG-HHHH" in (await post(browser, f"{FACTORS}/codes")).text


async def test_a_passkey_is_added_under_a_name(browser: httpx.AsyncClient, services: Services) -> None:
    services.answers["POST", "/auth/factors/passkeys/options"] = PasskeyOptions(options=OPTIONS)
    page = await post(browser, f"{FACTORS}/cles")
    assert 'data-passkey="create"' in page.text
    unnamed = await post(browser, f"{FACTORS}/cles/ajouter", name="", credential="{}")
    assert (unnamed.status_code, ("POST", "/auth/factors/passkeys") in services.asked) == (422, False)
    services.answers["POST", "/auth/factors/passkeys"] = RecoveryCodes(codes=[])
    added = await post(browser, f"{FACTORS}/cles/ajouter", name="Téléphone", credential='{"rawId": "AA"}')
    assert (added.status_code, added.headers["location"]) == (303, FACTORS)
    removed = await post(browser, f"{FACTORS}/cles/{KEY.id}/retirer")
    assert (removed.status_code, ("DELETE", f"/auth/factors/passkeys/{KEY.id}") in services.asked) == (303, True)


@pytest.mark.parametrize(
    "credential", ["", "null", "[" * 5000, '{"a":' * 500 + "1" + "}" * 500, '{"a": "\\ud800"}', "é"]
)
async def test_what_is_no_answer_of_a_passkey_is_refused_in_words(
    browser: httpx.AsyncClient, services: Services, credential: str
) -> None:
    services.refuse("POST", "/auth/passkey", "passkey_refused")
    answer = await post(browser, "/connexion/cle/entrer", credential=credential)
    assert answer.status_code in (409, 422)


async def test_a_passkey_opens_the_account(browser: httpx.AsyncClient, services: Services) -> None:
    services.answers["POST", "/auth/passkey/options"] = PasskeyOptions(options=OPTIONS, challenge="le-jeton")
    page = await post(browser, "/connexion/cle", suite="/incidents")
    assert 'action="/connexion/cle/entrer"' in page.text
    assert "challenge" in page.text
    assert b"d".hex() not in page.text or "c3a9" not in page.text, "the token is in the cookie alone"
    services.answers["POST", "/auth/passkey"] = SESSION
    opened = await post(browser, "/connexion/cle/entrer", credential="{}", suite="/incidents")
    assert (opened.status_code, opened.headers["location"]) == (303, "/incidents")
    services.answers["POST", "/auth/second-step/passkey"] = PasskeyOptions(options=OPTIONS)
    assert 'action="/connexion/code"' in (await post(browser, "/connexion/code/cle")).text


async def test_a_company_asks_its_people(browser: httpx.AsyncClient, services: Services) -> None:
    company = Organisation(
        id=uuid4(),
        kind="sqp",
        code="SQP",
        name="SQP",
        email="",
        phone="",
        reseller_id=None,
        portal_access=True,
        version=1,
    )
    services.answers["GET", "/organisation"] = company
    assert "Exiger un second facteur" in (await browser.get("/parametres/societe")).text
    services.refuse("PUT", "/organisation/second-factor", "own_factor_first")
    refused = await post(browser, "/parametres/societe/second-facteur/exiger")
    assert (refused.status_code, "Refus : own_factor_first" in refused.text) == (409, True)
    services.answers["GET", "/organisation"] = company.model_copy(update={"second_factor_required": True})
    assert "Ne plus exiger de second facteur" in (await browser.get("/parametres/societe")).text


async def test_a_colleagues_factors_are_reset_and_never_ones_own(
    browser: httpx.AsyncClient, services: Services
) -> None:
    def user(identifier: Any) -> User:
        texts = dict.fromkeys(("first_name", "last_name", "email", "pending_email", "phone"), "x")
        words: Any = {"role": "basic", "status": "active", "language": "fr"}
        return User(
            id=identifier, login="moi", email_undeliverable=False, version=1, second_factor=True, **texts, **words
        )

    other = uuid4()
    services.answers["GET", f"/users/{other}"] = user(other)
    services.answers["GET", f"/users/{SQP.user_id}"] = user(SQP.user_id)
    words = "Remettre à zéro les seconds facteurs"
    assert words in (await browser.get(f"/parametres/utilisateurs/{other}")).text
    assert words not in (await browser.get(f"/parametres/utilisateurs/{SQP.user_id}")).text
    done = await post(browser, f"/parametres/utilisateurs/{other}/facteurs")
    assert (done.status_code, ("DELETE", f"/users/{other}/factors") in services.asked) == (303, True)


async def test_a_rescue_is_confirmed_by_another_person(browser: httpx.AsyncClient, services: Services) -> None:
    def rescue(name: str, *, own: bool) -> Rescue:
        texts = {"login": name, "name": name, "organisation_name": "Revendeur", "reason": "perdu", "asked_by_name": "A"}
        ends = NOW + timedelta(days=1)
        return Rescue(id=uuid4(), asked_by=uuid4(), asked_at=NOW, expires_at=ends, own=own, **texts)

    mine, others = rescue("mienne", own=True), rescue("autre", own=False)
    services.answers["GET", "/rescues"] = Rescues(items=[mine, others])
    page = (await browser.get("/parametres/secours")).text
    assert f"/parametres/secours/{others.id}/confirmer" in page
    assert f"/parametres/secours/{mine.id}/confirmer" not in page
    assert "Annuler la demande" in page
    services.refuse("POST", "/rescues", "rescue_not_found", 404)
    unknown = await post(browser, "/parametres/secours", login="personne", reason="rappelée au numéro")
    assert "Aucun compte ne porte cet identifiant." in unknown.text


async def test_the_link_of_a_rescue_says_what_it_takes_away(browser: httpx.AsyncClient, services: Services) -> None:
    recovery = Recovery(login="moi", link_email="", expires_at=NOW)
    services.answers["POST", "/auth/password/link"] = recovery
    followed = await browser.get("/mot-de-passe?token=lien")
    path, held = followed.headers["location"], followed.headers["set-cookie"].partition(";")[0]
    link = {"Cookie": f"{browser.headers['cookie']}; {held}"}
    words = "Vos seconds facteurs seront retirés"
    usual = (await browser.get(path, headers=link)).text
    assert "moi" in usual
    assert words not in usual
    services.answers["POST", "/auth/password/link"] = recovery.model_copy(update={"purpose": "rescue"})
    assert words in (await browser.get(path, headers=link)).text
