"""Printed documents: what they say, what they never do, and how long they may become."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from io import BytesIO
from uuid import uuid4

import pytest
from pypdf import PdfReader

from api.incidents import History, Incident, Message
from devkit.fake_upstream import PublishedKeys, Site, Upstream, answer
from portal.errors import PrinterBusy
from portal.paper.printer import Printer
from portal.paper.sheet import Said, Sheet, Table, Text, Thread
from web.auth.principal import Principal
from web.schemas import Page

AT = datetime(2020, 12, 23, 17, 27, tzinfo=UTC)
NUMBER = "20122301"
PARTY = {"id": uuid4(), "email": "revendeur_test@sqp.fr", "phone": "+33123456789", "readership": "active"}
BY = {"user_id": uuid4(), "name": "Révendeur Testeur", "organisation_kind": "reseller", "organisation_name": "Test"}
LIMITS = {"count": 20, "size": 1}
INCIDENT = {
    "number": NUMBER,
    "version": 1,
    "status": "pending",
    "status_label": "En attente",
    "pending_reason": "waiting_reseller",
    "pending_reason_label": "En attente du revendeur",
    "title": "Problème avec mon NAS",
    "nature": "defective",
    "nature_label": "Produit défectueux",
    "description": "Il redémarre seul.",
    "articles": [{"designation": "NAS QNAP", "product_reference": "TS-131K", "serial_number": "Q207B17555"}],
    "declared_at": AT,
    "declared_by": BY,
    "linked_to": None,
    "delivery_address": {
        "label": "Entrepôt",
        "street": "8 quai Rambaud",
        "complement": "",
        "postal_code": "69002",
        "city": "Lyon",
        "country": "FR",
        "email": "entrepot@sqp.fr",
        "phone": "",
    },
    "contract": {
        "number": "29962",
        "product_reference": "TS-131K-1TIW",
        "serial_number": "Q207B17555",
        "starts_on": "2020-12-10",
        "warranty_ends_on": "2023-12-09",
        "service_level": "Envoi express J+1",
    },
    "reseller": {**PARTY, "name": "Revendeur Test"},
    "client": {**PARTY, "name": "Client Test"},
    "closes_on": None,
    "attachments": [
        {
            "file_id": uuid4(),
            "scope": "declaration",
            "message_id": None,
            "state": "bound",
            "name": "journal.log",
            "media_type": "text/plain",
            "size": 1234,
            "scan": "clean",
            "attached_at": AT,
            "attached_by_name": "Revendeur Testeur",
            "organisation_kind": "reseller",
        }
    ],
    "threads": ["client", "sqp"],
    "actions": {"next": [], "write": [], "attach": [], "files": LIMITS},
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


def sheet(*sections: object, **other: object) -> Sheet:
    words = dict.fromkeys(("subject", "state", "step", "printed", "page_of", "unwritable"), "-")
    return Sheet.model_validate(
        {**words, "language": "fr", "title": "T", "too_long": "Coupé.", "sections": list(sections), **other}
    )


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def message(thread: str, body: str) -> Message:
    return Message.model_validate(
        {"id": uuid4(), "thread": thread, "body": body, "at": AT, "author": BY, "attachments": []}
    )


Ask = Callable[..., object]


class Incidents:
    """Stands for the incidents service: the threads that ``incident`` names exist, the other is not found."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self.messages: dict[str, list[Message]] = {"client": [message("client", "Bonjour, client.")]}
        self.messages["sqp"] = [message("sqp", "Bonjour, SQP.")]
        base = f"/api/v1/incidents/{NUMBER}"
        self.incident({})
        history = History.model_validate({"items": [HISTORY]})
        upstream.handlers[f"{base}/history"] = answer(history.model_dump(mode="json", by_alias=True))
        upstream.handlers[f"{base}/messages"] = self._answer

    def incident(self, changes: dict[str, object]) -> None:
        body = Incident.model_validate({**INCIDENT, **changes}).model_dump(mode="json")
        self._upstream.handlers[f"/api/v1/incidents/{NUMBER}"] = answer(body)

    async def _answer(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
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


@pytest.mark.parametrize("part", ["", "/history", "/messages"])
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


@asynccontextmanager
async def watched() -> AsyncIterator[list[float]]:
    """How long this event loop's thread computed between two turns, in seconds; waiting for a processor is no work."""
    turns: list[float] = []

    async def tick() -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.001)
            turns.append(time.thread_time() - before)

    ticking = asyncio.create_task(tick())
    yield turns
    ticking.cancel()


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


LONG = Thread(
    title="M", side="sqp", readers="", messages=[Said(author="A", about="B", body="mot " * 2500)] * 1000, empty=""
)


async def test_drawing_does_not_block_the_event_loop() -> None:
    big = sheet(LONG.model_copy(update={"messages": LONG.messages[:20]}))
    async with watched() as turns:
        drawn = await Printer().print(big)
    assert len(pages(drawn)) > 20
    assert max(turns) < 0.05


async def test_a_document_ends_at_its_last_page_and_says_so() -> None:
    said = pages(await Printer().print(sheet(LONG.model_copy(update={"messages": LONG.messages[:20]}), most_pages=5)))
    assert len(said) == 5
    assert "Coupé." in said[-1]
    assert "Coupé." not in "".join(said[:-1])


async def test_few_documents_are_drawn_at_once_and_few_wait() -> None:
    printer = Printer(at_once=1, most_waiting=1)
    short = sheet(Text(title="t", body="b"))
    done = await asyncio.gather(*(printer.print(short) for _ in range(4)), return_exceptions=True)
    assert [type(each) for each in done] == [bytes, bytes, PrinterBusy, PrinterBusy]
    assert isinstance(await printer.print(short), bytes)


async def test_a_drawing_that_takes_too_long_is_ended() -> None:
    with pytest.raises(PrinterBusy):
        await Printer(patience=0.05).print(sheet(Text(title="t", body="b")))
    assert isinstance(await Printer().print(sheet(Text(title="t", body="b"))), bytes)


HOSTILE = {
    "<img src='file:///etc/passwd'/> <b>gras</b>": "<img src='file:///etc/passwd'/> <b>gras</b>",
    "&amp; &#60; <!-- --> ]]>": "&amp; &#60; <!-- --> ]]>",
    "avant\u202eerirvuo\u202c \u200fa\u061cprès": "avanterirvuo après",
    "nul\x00 cloche\x07 \x1b[31mrouge": "nul cloche [31mrouge",
    "œ é ß Ž ł Журнал Ελλάδα № € — “”": "œ é ß Ž ł Журнал Ελλάδα № € — “”",
    "e\u0301te\u0301": "été",
    "fin ☺ ✓ 😀 שלום 中": "fin ☺ ✓ □ □□□□ □",
    ") Tj ET Q endstream endobj %%EOF (": ") Tj ET Q endstream endobj %%EOF (",
    "x" * 300: "x" * 300,
}  # fmt: skip


async def test_hostile_text_is_text() -> None:
    texts = [
        section
        for text in HOSTILE
        for section in (
            Text(title=text, body=text),
            Table(title="t", head=[text], widths=[1], rows=[[text]], serials=[0]),
            Thread(title="t", side="client", readers=text, messages=[Said(author=text, about=text, body=text)]),
        )
    ]
    said = "".join(pages(await Printer().print(sheet(*texts, unwritable="Il manque des caractères."))))
    bare = said.replace("\n", "").replace(" ", "").replace("\u00a0", "")
    assert {shown: bare.count(shown.replace(" ", "")) for shown in HOSTILE.values()} == dict.fromkeys(
        HOSTILE.values(), 8
    )
    assert "Ilmanquedescaractères." in bare


async def test_a_document_with_a_glyph_for_everything_does_not_say_otherwise() -> None:
    asked = sheet(Text(title="œ", body="Журнал ✓"), unwritable="Il manque des caractères (□).")
    assert "Il manque" not in "".join(pages(await Printer().print(asked)))


def test_nothing_is_opened_while_drawing() -> None:
    """The process refuses itself files, connections and programs before the first character that people typed."""
    tried = (
        "import socket, sys, portal.paper.__main__ as paper, portal.paper.layout as layout\n"
        "def draw(sheet):\n"
        "    tries = [lambda: open('/etc/passwd'), lambda: socket.create_connection(('127.0.0.1', 9)),\n"
        "             lambda: __import__('os').system('true'), lambda: __import__('subprocess').run(['true'])]\n"
        "    refused = 0\n"
        "    for each in tries:\n"
        "        try: each()\n"
        "        except PermissionError: refused += 1\n"
        "    return str(refused).encode()\n"
        "paper.warm_up = lambda sheet: None\n"
        "paper.draw = draw\n"
        "paper.main()\n"
    )
    asked = sheet(Text(title="t", body="b")).model_dump_json().encode()
    done = subprocess.run([sys.executable, "-I", "-c", tried], input=asked, capture_output=True, check=True)
    assert done.stdout == b"4"
