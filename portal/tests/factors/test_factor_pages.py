"""Second factors on the pages: the second step, what asks for a proof, and what is shown once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.identity.factors import (
    EnrolledBrowser,
    Enrolment,
    Factors,
    OwnPasskey,
    PasskeyOptions,
    RecoveryCodes,
)
from api.identity.sign_in import BrowserSession

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
SESSION = BrowserSession(session_token="ouverte", max_age=None, device_token="appareil", device_max_age=60)
SECRET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
ENROLMENT = Enrolment(secret=SECRET, uri=f"otpauth://totp/SQP:moi?secret={SECRET}&issuer=SQP")
OPTIONS = {"challenge": "AAAA", "rpId": "localhost"}
KEY = OwnPasskey(id=uuid4(), name="Téléphone de Jean", created_at=NOW, last_used_at=None)
BOTH = Factors(application_since=NOW, recovery_codes_left=7, proven_until=None, passkeys=[KEY])
FACTORS = "/parametres/double-authentification"


async def test_a_password_leads_to_the_second_step_and_the_token_to_a_cookie_alone(
    browser: httpx.AsyncClient, services: Any, post: Any
) -> None:
    services.refuse("POST", "/auth/login", "second_factor_needed", 401, second_step="le-jeton")
    answer = await post("/connexion", login="moi", password="secret", suite="/incidents")
    assert (answer.status_code, answer.headers["location"]) == (303, "/connexion/code?suite=%2Fincidents")
    assert "le-jeton" not in answer.headers["location"]
    [cookie] = [each for each in answer.headers.get_list("set-cookie") if "second-step" in each]
    assert cookie.startswith("__Host-second-step=le-jeton;")
    assert "HttpOnly" in cookie


async def test_a_wrong_code_is_said_and_a_right_one_opens(browser: httpx.AsyncClient, services: Any, post: Any) -> None:
    services.refuse("POST", "/auth/second-step", "wrong_code")
    wrong = await post("/connexion/code", code="000000", suite="/incidents")
    assert (wrong.status_code, "Refus : wrong_code" in wrong.text) == (409, True)
    services.answers["POST", "/auth/second-step"] = SESSION
    right = await post("/connexion/code", code="123456", suite="/incidents")
    assert (right.status_code, right.headers["location"]) == (303, "/incidents")
    cookies = right.headers.get_list("set-cookie")
    assert any(each.startswith("__Host-session=ouverte") for each in cookies)
    assert any(each.startswith('__Host-second-step=""') for each in cookies)


async def test_one_that_waited_too_long_begins_again(browser: httpx.AsyncClient, services: Any, post: Any) -> None:
    services.refuse("POST", "/auth/second-step", "second_step_over")
    answer = await post("/connexion/code", code="123456")
    assert (answer.status_code, "Refus : second_step_over" in answer.text) == (409, True)
    assert 'name="password"' in answer.text


async def test_who_must_have_a_factor_adds_it_before_anything_opens(
    browser: httpx.AsyncClient, services: Any, post: Any
) -> None:
    services.refuse("POST", "/auth/login", "second_factor_to_add", 401, second_step="le-jeton")
    services.answers["POST", "/auth/second-step/application"] = ENROLMENT
    shown = await post("/connexion", login="moi", password="secret", suite="/incidents")
    assert shown.status_code == 200
    assert "<svg" in shown.text
    assert "<span>ABCD</span>" in shown.text
    assert not any(each.startswith("__Host-session") for each in shown.headers.get_list("set-cookie"))
    services.refuse("POST", "/auth/second-step/application/confirm", "wrong_code")
    wrong = await post("/connexion/application", code="000000", suite="/incidents")
    assert (wrong.status_code, "<svg" in wrong.text) == (409, True)
    added = EnrolledBrowser(codes=["AAAA-BBBB-CCCC-DDDD"], session=SESSION)
    services.answers["POST", "/auth/second-step/application/confirm"] = added
    right = await post("/connexion/application", code="123456", suite="/incidents")
    assert "AAAA-BBBB-CCCC-DDDD" in right.text
    assert 'href="/incidents"' in right.text
    assert any(each.startswith("__Host-session=ouverte") for each in right.headers.get_list("set-cookie"))


async def test_a_change_asks_for_a_proof_and_is_then_sent_again(
    browser: httpx.AsyncClient, services: Any, post: Any
) -> None:
    services.refuse("POST", "/rescues", "proof_needed")
    fields = {"login": "perdue", "reason": "rappelée au numéro du contrat"}
    asked = await post("/parametres/secours", **fields)
    assert 'action="/parametres/confirmation"' in asked.text
    assert 'name="suite" value="/parametres/secours"' in asked.text
    assert 'name="reason" value="rappelée au numéro du contrat"' in asked.text
    assert 'name="code"' not in asked.text, "the person has no factor"
    services.refuse("POST", "/auth/proof", "wrong_password")
    wrong = await post("/parametres/confirmation", password="faux", suite="/parametres/secours", **fields)
    assert (wrong.status_code, 'name="login" value="perdue"' in wrong.text) == (409, True)
    assert "faux" not in wrong.text
    del services.answers["POST", "/auth/proof"]
    right = await post("/parametres/confirmation", password="bon", suite="/parametres/secours", **fields)
    assert (right.status_code, right.headers["location"]) == (307, "/parametres/secours")


@pytest.mark.parametrize("suite", ["//evil.example", "https://evil.example/parametres/", "/deconnexion", ""])
async def test_a_proof_leads_to_a_page_of_the_settings_alone(
    browser: httpx.AsyncClient, services: Any, post: Any, suite: str
) -> None:
    answer = await post("/parametres/confirmation", password="bon", suite=suite)
    assert (answer.status_code, answer.headers["location"]) == (303, "/parametres")


async def test_a_proof_asks_for_what_the_person_has(browser: httpx.AsyncClient, services: Any, post: Any) -> None:
    services.answers["GET", "/auth/factors"] = BOTH
    services.answers["POST", "/auth/proof/passkey"] = PasskeyOptions(options=OPTIONS)
    services.refuse("DELETE", "/auth/factors/application", "proof_needed")
    asked = await post(f"{FACTORS}/application/retirer")
    assert 'name="code"' in asked.text
    assert 'data-passkey="get"' in asked.text
    assert "&#34;challenge&#34;: &#34;AAAA&#34;" in asked.text


async def test_the_page_of_factors_says_what_there_is(browser: httpx.AsyncClient, services: Any) -> None:
    bare = (await browser.get(FACTORS)).text
    assert "Ajouter une application" in bare
    assert "Codes de secours" not in bare
    services.answers["GET", "/auth/factors"] = BOTH
    full = (await browser.get(FACTORS)).text
    assert "Codes restants" in full
    assert "Téléphone de Jean" in full
    assert "jamais utilisée" in full


async def test_secret_and_recovery_codes_are_shown_on_the_way(
    browser: httpx.AsyncClient, services: Any, post: Any
) -> None:
    services.answers["POST", "/auth/factors/application"] = ENROLMENT
    shown = await post(f"{FACTORS}/application")
    assert (shown.status_code, "<svg" in shown.text) == (200, True)
    services.answers["POST", "/auth/factors/application/confirm"] = RecoveryCodes(codes=["AAAA-BBBB-CCCC-DDDD"])
    added = await post(f"{FACTORS}/application/confirmer", code="123456")
    assert "AAAA-BBBB-CCCC-DDDD" in added.text
    services.answers["POST", "/auth/factors/recovery-codes"] = RecoveryCodes(codes=["EEEE-FFFF-GGGG-HHHH"])
    assert "EEEE-FFFF-GGGG-HHHH" in (await post(f"{FACTORS}/codes")).text


async def test_a_passkey_is_added_under_a_name(browser: httpx.AsyncClient, services: Any, post: Any) -> None:
    services.answers["POST", "/auth/factors/passkeys/options"] = PasskeyOptions(options=OPTIONS)
    page = await post(f"{FACTORS}/cles")
    assert 'data-passkey="create"' in page.text
    unnamed = await post(f"{FACTORS}/cles/ajouter", name="", credential="{}")
    assert (unnamed.status_code, ("POST", "/auth/factors/passkeys") in services.asked) == (422, False)
    services.answers["POST", "/auth/factors/passkeys"] = RecoveryCodes(codes=[])
    added = await post(f"{FACTORS}/cles/ajouter", name="Téléphone", credential='{"rawId": "AA"}')
    assert (added.status_code, added.headers["location"]) == (303, FACTORS)
    removed = await post(f"{FACTORS}/cles/{KEY.id}/retirer")
    assert (removed.status_code, ("DELETE", f"/auth/factors/passkeys/{KEY.id}") in services.asked) == (303, True)


@pytest.mark.parametrize(
    "credential", ["", "null", "[" * 5000, '{"a":' * 500 + "1" + "}" * 500, '{"a": "\\ud800"}', "é"]
)
async def test_what_is_no_answer_of_a_passkey_is_refused_in_words(
    browser: httpx.AsyncClient, services: Any, post: Any, credential: str
) -> None:
    services.refuse("POST", "/auth/passkey", "passkey_refused")
    answer = await post("/connexion/cle/entrer", credential=credential)
    assert answer.status_code in (409, 422)


async def test_a_passkey_opens_the_account(browser: httpx.AsyncClient, services: Any, post: Any) -> None:
    services.answers["POST", "/auth/passkey/options"] = PasskeyOptions(options=OPTIONS, challenge="le-jeton")
    page = await post("/connexion/cle", suite="/incidents")
    assert 'action="/connexion/cle/entrer"' in page.text
    assert "challenge" in page.text
    assert b"d".hex() not in page.text or "c3a9" not in page.text, "the token is in the cookie alone"
    services.answers["POST", "/auth/passkey"] = SESSION
    opened = await post("/connexion/cle/entrer", credential="{}", suite="/incidents")
    assert (opened.status_code, opened.headers["location"]) == (303, "/incidents")
    services.answers["POST", "/auth/second-step/passkey"] = PasskeyOptions(options=OPTIONS)
    assert 'action="/connexion/code"' in (await post("/connexion/code/cle")).text
