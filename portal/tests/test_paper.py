"""An incident on paper: what it says, to whom, and what a long one leaves out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from starlette.types import Receive, Scope, Send

from api.incidents import History, Incident, Message
from devkit import exchange_samples as samples
from devkit.exchange_samples import exchanges, fact, line
from devkit.fake_upstream import PublishedKeys, Site, Upstream, answer
from devkit.printed import pages, watched
from web.auth.principal import Principal
from web.schemas import Page

AT = datetime(2020, 12, 23, 17, 27, tzinfo=UTC)
NUMBER = "20122301"
PARTY = {"id": uuid4(), "email": "revendeur_test@sqp.fr", "phone": "+33123456789", "readership": "active"}
BY = {"user_id": uuid4(), "name": "Révendeur Testeur", "organisation_kind": "reseller", "organisation_name": "Test"}
LIMITS = {"count": 20, "size": 1}
INCIDENT = {
    **samples.INCIDENT,
    "number": NUMBER,
    "status": "pending",
    "status_label": "En attente",
    "pending_reason": "waiting_reseller",
    "pending_reason_label": "En attente du revendeur",
    "title": "Problème avec mon NAS",
    "description": "Il redémarre seul.",
    "articles": [{"designation": "NAS QNAP", "product_reference": "TS-131K", "serial_number": "Q207B17555"}],
    "declared_at": AT,
    "declared_by": BY,
    "contract": {**samples.INCIDENT["contract"], "starts_on": "2020-12-10", "warranty_ends_on": "2023-12-09"},
    "attachments": [
        {
            **samples.INCIDENT["attachments"][0],
            "name": "journal.log",
            "media_type": "text/plain",
            "attached_at": AT,
            "attached_by_name": "Revendeur Testeur",
        }
    ],
}
HISTORY = {
    "at": AT,
    "by": BY,
    "from": None,
    "from_label": None,
    "to": "new",
    "to_label": "Déclaré",
    "reason": None,
    "reason_label": None,
    "note": "",
}


def message(thread: str, body: str) -> Message:
    return Message.model_validate(
        {"id": uuid4(), "thread": thread, "body": body, "at": AT, "author": BY, "attachments": []}
    )


class Incidents:
    """Stands for the incidents service: the threads that ``incident`` names exist, the other is not found."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self.messages: dict[str, list[Message]] = {"client": [message("client", "Bonjour, client.")]}
        self.messages["sqp"] = [message("sqp", "Bonjour, SQP.")]
        base = f"/api/v1/incidents/{NUMBER}"
        self.incident({})
        self.history(HISTORY)
        upstream.handlers[f"{base}/messages"] = self._answer
        self.exchanges()

    def incident(self, changes: dict[str, object]) -> None:
        body = Incident.model_validate({**INCIDENT, **changes}).model_dump(mode="json")
        self._upstream.handlers[f"/api/v1/incidents/{NUMBER}"] = answer(body)

    def history(self, *lines: dict[str, object]) -> None:
        body = History.model_validate({"items": lines}).model_dump(mode="json", by_alias=True)
        self._upstream.handlers[f"/api/v1/incidents/{NUMBER}/history"] = answer(body)

    def exchanges(self, *lines: dict[str, object]) -> None:
        self._upstream.handlers[f"/api/v1/incidents/{NUMBER}/exchanges"] = answer(exchanges(*lines))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = dict(pair.split("=") for pair in scope["query_string"].decode().split("&"))
        every, start, limit = self.messages[asked["thread"]], int(asked.get("cursor", 0)), int(asked["limit"])
        following = str(start + limit) if start + limit < len(every) else None
        page = Page[Message](items=every[start : start + limit], total=len(every), next=following)
        await answer(json.loads(page.model_dump_json()))(scope, receive, send)


@pytest.fixture
def incidents(upstream: Upstream, keys: PublishedKeys) -> Incidents:
    person = Principal(
        subject=str(uuid4()), user_id=uuid4(), organisation_id=uuid4(), organisation_kind="reseller",
        role="administrator", name="Zoé Œuvrard",
    )  # fmt: skip
    token = keys.token(person=person)
    upstream.handlers["/api/v1/auth/exchange"] = answer({"access_token": token, "expires_in": 60})
    return Incidents(upstream)


async def printed(site: Site, language: str = "fr") -> list[str]:
    headers = {"Cookie": "__Host-session=s", "Accept-Language": language}
    async with site.http.get(f"/incidents/{NUMBER}/pdf", headers=headers) as got:
        assert (got.status, got.content_type) == (200, "application/pdf"), await got.text()
        assert got.headers["Content-Disposition"] == f'attachment; filename="incident-{NUMBER}.pdf"'
        return pages(await got.read())


GOLDEN = """
Problème avec mon NAS
En attente du revendeur
SQP attend votre réponse.
Déclaration
Nature de l’incident : Produit défectueux
Déclaré par : Révendeur Testeur, Test
Déclaré le : 23/12/2020 18:27
Contrat
N° de contrat : 29962
Référence produit : TS-131K-1TIW
N° de série : Q207B17555
Début : 10/12/2020
Fin de garantie : 09/12/2023
Niveau de service : Envoi express J+1
Adresse de livraison
Entrepôt
8 quai Rambaud
69002 Lyon
FRANCE
E-mail : entrepot@sqp.fr
Revendeur
Revendeur Test
E-mail : revendeur_test@sqp.fr
Téléphone : 01 23 45 67 89
Client
Client Test
E-mail : revendeur_test@sqp.fr
Téléphone : 01 23 45 67 89
Produit(s) concerné(s)
N° de série
Référence produit
Désignation
Q207B17555
TS-131K
NAS QNAP
Descriptif
Il redémarre seul.
Fichiers
Nom
Taille
Joint à
Joint par
journal.log
1 Ko
Déclaration
Revendeur Testeur
23/12/2020 18:27
Suivi
Date
État
Par
Note
23/12/2020 18:27
Déclaré
Révendeur Testeur
(Revendeur)
Messagerie
SQP ne lit pas cette messagerie.
Révendeur Testeur · Revendeur · 23/12/2020 18:27
Bonjour, client.
"""


async def test_the_incidents_page_shows_its_history_and_leads_to_the_document(site: Site, incidents: Incidents) -> None:
    headers = {"Cookie": "__Host-session=s", "Accept-Language": "fr"}
    async with site.http.get(f"/incidents/{NUMBER}", headers=headers) as got:
        page = await got.text()
    assert got.status == 200
    assert '<li class="new">' in page
    assert f'href="/incidents/{NUMBER}/pdf"' in page


async def test_an_incident_on_paper_says_what_its_pages_say(site: Site, incidents: Incidents) -> None:
    first, second = await printed(site)
    said = [line.strip() for line in first.replace("\u00a0", " ").splitlines()]
    golden = GOLDEN.strip().splitlines()
    assert said[: len(golden)] == golden
    assert "Bonjour, SQP." in first + second
    assert "Page 1 sur 2" in first
    assert "(heure de Paris) par Zoé Œuvrard" in second


async def test_an_incident_on_paper_in_english(site: Site, incidents: Incidents) -> None:
    first, second = await printed(site, "en")
    for words in ("Delivery address", "Serial number", "Attached by", "Page 1 of 2", "(Paris time) by Zoé"):
        assert words in (first + second).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("language", "said"), [("fr", "pour Martin, M. Durand, par téléphone"), ("en", "by telephone")]
)
async def test_an_incident_on_paper_says_for_whom_sqp_declared_it(
    site: Site, incidents: Incidents, language: str, said: str
) -> None:
    agent = {"user_id": uuid4(), "name": "Ada", "organisation_kind": "sqp", "organisation_name": "SQP"}
    caller = {"user_id": None, "name": "M. Durand", "organisation_kind": "reseller", "organisation_name": "Martin"}
    incidents.incident({"declared_by": agent, "on_behalf": caller})
    incidents.history({**HISTORY, "by": agent, "on_behalf": caller})
    words = " ".join("".join(await printed(site, language)).split())
    assert words.count("Ada (SQP)") == 2, "in the declaration and in the history"
    assert words.count(said) == 2


async def test_a_thread_that_is_not_the_readers_is_neither_asked_for_nor_printed(
    site: Site, incidents: Incidents, upstream: Upstream
) -> None:
    incidents.incident({"threads": ["client"]})
    said = "\n".join(await printed(site))
    assert "Bonjour, client." in said
    assert "SQP." not in said.replace("SQP ne lit pas", "")
    assert "(SQP)" not in said
    asked = [seen.query for seen in upstream.requests(f"/api/v1/incidents/{NUMBER}/messages")]
    assert all("thread=client" in query for query in asked)


@pytest.mark.parametrize("part", ["", "/history", "/messages", "/exchanges"])
async def test_a_part_that_is_away_leaves_no_document_without_it(
    site: Site, incidents: Incidents, upstream: Upstream, part: str
) -> None:
    upstream.handlers[f"/api/v1/incidents/{NUMBER}{part}"] = answer({}, 503)
    async with site.http.get(f"/incidents/{NUMBER}/pdf", headers={"Cookie": "__Host-session=s"}) as got:
        assert (got.status, got.content_type) == (503, "text/html")


async def test_an_incident_that_is_anothers_is_not_found(site: Site, incidents: Incidents, upstream: Upstream) -> None:
    upstream.handlers[f"/api/v1/incidents/{NUMBER}"] = answer({"code": "incident_not_found"}, 404)
    async with site.http.get(f"/incidents/{NUMBER}/pdf", headers={"Cookie": "__Host-session=s"}) as got:
        assert (got.status, got.content_type) == (404, "text/html")


async def test_a_thousand_long_messages_are_cut_and_hold_nobody_up(site: Site, incidents: Incidents) -> None:
    body = ("Le NAS redémarre tout seul depuis la mise à jour. " * 200)[:10_000]
    incidents.messages["sqp"] = [message("sqp", f"n° {n} {body}") for n in range(1000)]
    incidents.incident({"description": "a\n" * 5000})
    async with watched() as turns:
        said = await printed(site)
    assert max(turns) < 0.05
    whole = "\n".join(said).replace("\u00a0", " ")
    assert len(said) < 100
    assert "Texte coupé ici : la suite se lit sur le portail." in whole
    assert "Messages montrés : les plus récents, 16 sur 1000. Les précédents se lisent sur le portail." in whole
    assert "n° 0 Le NAS" in whole
    assert whole.index("n° 15 Le NAS") < whole.index("n° 0 Le NAS")


async def test_an_incident_on_paper_tells_its_exchanges_as_the_reader_may_see_them(
    site: Site, incidents: Incidents
) -> None:
    incidents.exchanges(line(timeline=[fact("approved", "Accordé."), fact("claim_sent", "Envoyé.", note="Devis")]))
    said = "\n".join(await printed(site)).replace("\u00a0", " ")
    for expected in (
        "Échange n° 1 · Échange avancé", "Matériel défectueux : TS-131K · Q207B17555",
        "Remplacement : TS-133 · Q251I02233 · Reconditionné", "Colis : Chronopost XY123456785FR",
        "Suivi de l’échange n° 1", "Accordé.", "Envoyé. (SQP seul)", "Devis",
    ):  # fmt: skip
        assert expected in said, expected
