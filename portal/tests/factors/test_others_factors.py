"""Second factors of others on the pages: a company requires them, a colleague's are reset, and a rescue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from api.identity.factors import (
    Rescue,
    Rescues,
)
from api.identity.organisations import Organisation
from api.identity.people import User
from api.identity.sign_in import Recovery

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


async def test_a_company_asks_its_people(browser: httpx.AsyncClient, services: Any, post: Any) -> None:
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
    refused = await post("/parametres/societe/second-facteur/exiger")
    assert (refused.status_code, "Refus : own_factor_first" in refused.text) == (409, True)
    services.answers["GET", "/organisation"] = company.model_copy(update={"second_factor_required": True})
    assert "Ne plus exiger de second facteur" in (await browser.get("/parametres/societe")).text


async def test_a_colleagues_factors_are_reset_and_never_ones_own(
    browser: httpx.AsyncClient, services: Any, post: Any
) -> None:
    def user(identifier: Any) -> User:
        texts = dict.fromkeys(("first_name", "last_name", "email", "pending_email", "phone"), "x")
        words: Any = {"role": "basic", "status": "active", "language": "fr"}
        return User(
            id=identifier, login="moi", email_undeliverable=False, version=1, second_factor=True, **texts, **words
        )

    other = uuid4()
    services.answers["GET", f"/users/{other}"] = user(other)
    services.answers["GET", f"/users/{services.WHO.user_id}"] = user(services.WHO.user_id)
    words = "Remettre à zéro les seconds facteurs"
    assert words in (await browser.get(f"/parametres/utilisateurs/{other}")).text
    assert words not in (await browser.get(f"/parametres/utilisateurs/{services.WHO.user_id}")).text
    done = await post(f"/parametres/utilisateurs/{other}/facteurs")
    assert (done.status_code, ("DELETE", f"/users/{other}/factors") in services.asked) == (303, True)


async def test_a_rescue_is_confirmed_by_another_person(browser: httpx.AsyncClient, services: Any, post: Any) -> None:
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
    unknown = await post("/parametres/secours", login="personne", reason="rappelée au numéro")
    assert "Aucun compte ne porte cet identifiant." in unknown.text


async def test_the_link_of_a_rescue_says_what_it_takes_away(browser: httpx.AsyncClient, services: Any) -> None:
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
