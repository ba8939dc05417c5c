"""Search in texts: first who never finds, counts or feels what is not theirs, then what is found."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, delete, text

from chassis import migrate
from chassis.provision import Databases
from devkit.harness import (
    CLIENT,
    CLIENT_BASIC,
    OTHER_CLIENT,
    OTHER_RESELLER,
    RESELLER,
    RESELLER_BASIC,
    SQP,
    Harness,
    back_office,
    person,
    settings_for,
)
from events.files import FileErased
from incidents.bootstrap import build
from incidents.searching import queries
from incidents.searching.models import SearchText
from incidents.settings import Settings
from web.auth.principal import Principal

SQP_BASIC = person("sqp", "SQP", "basic")
OFFICE = back_office("incidents:read")
READERS = {
    "declaration": (SQP, SQP_BASIC, OFFICE, RESELLER, RESELLER_BASIC, CLIENT, CLIENT_BASIC),
    "client": (RESELLER, RESELLER_BASIC, CLIENT, CLIENT_BASIC),
    "sqp": (SQP, SQP_BASIC, OFFICE, RESELLER, RESELLER_BASIC),
    "internal": (SQP, SQP_BASIC),
}
EVERYBODY = (*READERS["declaration"], OTHER_RESELLER, OTHER_CLIENT)
WRITER = {"client": RESELLER, "sqp": RESELLER, "internal": SQP, "declaration": RESELLER}
SCOPES = pytest.mark.parametrize("scope", list(READERS))

REPLACEMENT = {"serial_number": "N888777", "condition": "new"}
WRITTEN = """
INSERT INTO incidents (number, number_key, version, revision, status, title, title_key, nature, description, articles,
    delivery_address, contract_number, product_reference, serial_number, starts_on, warranty_ends_on, service_level,
    reseller_id, reseller_name, declared_at, declarer_id, declarer_kind, declared_by, declared_by_name, search_text)
VALUES ('26050101', '26050101', 1, 3, 'exchange', 'Panne', 'panne', 'defective', 'Un zébu', '[]', '{}', '1', 'TS', 'Q1',
    '2026-01-01', '2030-01-01', '', md5('r')::uuid, 'Revendeur', '2026-05-01T08:00:00Z', md5('r')::uuid, 'reseller',
    md5('u')::uuid, 'Prénom Nom', '26050101 panne');
INSERT INTO messages (id, incident_number, thread, body, at, author_id, author_name, organisation_id, organisation_kind)
VALUES (gen_random_uuid(), '26050101', 'internal', 'Des zébus', '2026-05-02T08:00:00Z', md5('u')::uuid, 'Nom',
    md5('r')::uuid, 'sqp');
INSERT INTO attachments (incident_number, file_id, scope, state, file_version, name, attached_at, attached_by,
    attached_by_name, organisation_id, organisation_kind)
SELECT '26050101', gen_random_uuid(), 'sqp', state, 1, 'zebu.txt', '2026-05-02T08:00:00Z', md5('u')::uuid, 'Nom',
    md5('r')::uuid, 'reseller' FROM unnest(ARRAY['bound', 'erased']) AS state;
INSERT INTO exchanges (id, incident_number, line, version, reseller_id, designation, serial_number, product_reference,
    type, decision, requested_at, replacement_serial_number, replacement_reason, dispatch, cover, return_state,
    return_extensions, missing, invoice_reference, replacement_return, claim_number)
VALUES (gen_random_uuid(), '26050101', 1, 1, md5('r')::uuid, 'NAS', 'Q1', 'TS', 'advance_exchange', 'approved',
    '2026-05-02T08:00:00Z', 'N888777', '', 'none', 'unchanged', 'not_required', 0, '[]', '', 'none', '')
"""


async def search(desk: Any, q: str, who: Principal = RESELLER, **more: Any) -> dict[str, Any]:
    answer = await desk.as_(who).get("/incidents/texts", params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def texts(desk: Any, q: str, who: Principal = RESELLER, **more: Any) -> list[str]:
    found = await search(desk, q, who, **more)
    assert found["total"] == len(found["items"])
    return ["".join(piece["text"] for piece in hit["excerpt"]) for hit in found["items"]]


@SCOPES
async def test_a_text_is_found_by_its_readers_and_changes_no_answer_of_others(open_desk: Any, scope: str) -> None:
    number = await open_desk.declare(description="Un zébu")
    await open_desk.share(number)
    await open_desk.post(number, "sqp", SQP, "zébus, dit SQP")
    await open_desk.post(number, "client", RESELLER, "zébus, dit le revendeur")
    before = {who.subject: await search(open_desk, "zebu", who) for who in EVERYBODY}
    if scope == "declaration":
        await open_desk.share(await open_desk.declare(description="Encore un zébu"))
    else:
        assert (await open_desk.post(number, scope, WRITER[scope], "Encore un zébu")).status_code == 201
    for who in EVERYBODY:
        after = await search(open_desk, "zebu", who)
        if who in READERS[scope]:
            assert after["total"] == before[who.subject]["total"] + 1
            assert after["items"][0]["scope"] == scope
        else:
            assert after == before[who.subject]
        assert bool(await texts(open_desk, "encore", who)) == (who in READERS[scope])


@SCOPES
async def test_a_file_is_found_by_its_readers_alone(open_desk: Any, scope: str) -> None:
    number = await open_desk.declare()
    await open_desk.share(number)
    file_id, by = uuid4(), WRITER[scope]
    assert (await open_desk.attach(number, scope, by, file_id)).status_code == 201
    assert await texts(open_desk, "zebu", by, part="file") == []
    await open_desk.bound(number, scope, file_id, by, name="Photo_du_Zébu-01.JPG")
    for who in EVERYBODY:
        found = await texts(open_desk, "zebu", who, part="file")
        assert found == (["Photo_du_Zébu-01.JPG"] if who in READERS[scope] else [])
        assert await texts(open_desk, "zebu", who) == []


@SCOPES
async def test_no_page_and_no_cursor_tells_of_texts_of_others(open_desk: Any, scope: str) -> None:
    number = await open_desk.declare(description="Un zébu")
    for place in range(3):
        await open_desk.post(number, "sqp", RESELLER, f"zébu {place}")
        await open_desk.post(number, "client", RESELLER, f"zébu {place}")
    before = {}
    for who in EVERYBODY:
        first = await search(open_desk, "zebu", who, limit=1)
        rest = await search(open_desk, "zebu", who, limit=1, cursor=first["next"]) if first["next"] else None
        before[who.subject] = (first, rest)
    if scope != "declaration":
        await open_desk.post(number, scope, WRITER[scope], "zébu secret")
    for who in set(EVERYBODY) - set(READERS[scope]):
        first = await search(open_desk, "zebu", who, limit=1)
        rest = await search(open_desk, "zebu", who, limit=1, cursor=first["next"]) if first["next"] else None
        assert (first, rest) == before[who.subject]


async def test_the_client_finds_what_was_written_before_the_contract_was_theirs(desk: Any) -> None:
    await desk.register(client=None)
    number = await desk.declare(description="Un zébu")
    await desk.post(number, "sqp", RESELLER, "Un zébu pour SQP")
    assert await texts(desk, "zebu", CLIENT) == []
    await desk.register(version=2)
    assert await texts(desk, "zebu", CLIENT) == ["Un zébu"]
    assert len(await texts(desk, "zebu", RESELLER)) == 2


async def test_a_file_that_is_taken_off_or_erased_is_found_no_longer(open_desk: Any) -> None:
    number = await open_desk.declare()
    ids = [uuid4(), uuid4()]
    for file_id in ids:
        await open_desk.attach(number, "sqp", RESELLER, file_id)
        bound = await open_desk.bound(number, "sqp", file_id, name="zebu.txt")
    assert len(await texts(open_desk, "zebu", part="file")) == 2
    assert (await open_desk.as_(RESELLER).delete(f"/incidents/{number}/files/{ids[0]}")).status_code == 204
    assert len(await texts(open_desk, "zebu", part="file")) == 1
    values = {**bound.model_dump(), "version": 9}
    fields = {name: value for name, value in values.items() if name in FileErased.model_fields}
    await open_desk.harness.deliver(FileErased(**fields))
    assert await texts(open_desk, "zebu", part="file") == []


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("batteries", "La batterie est morte"),
        ("batterie", "Deux BATTERIES"),
        ("reparer", "Les disques sont réparés"),
        ("disques durs", "un disque dur"),
        ("ondul", "L’onduleur"),
        ("ts131k", "un TS-131K"),
        ("q207b17555", "le Q207 B17555"),
        ("0123456789", "Au 01 23 45 67 89"),
    ],
)
async def test_forms_of_a_word_and_notations_are_found(open_desk: Any, query: str, body: str) -> None:
    number = await open_desk.declare()
    await open_desk.post(number, "sqp", RESELLER, body)
    assert await texts(open_desk, query) == [body]


async def test_every_word_must_be_there_in_one_text(open_desk: Any) -> None:
    number = await open_desk.declare()
    await open_desk.post(number, "sqp", RESELLER, "un zébu")
    await open_desk.post(number, "sqp", RESELLER, "une girafe")
    assert await texts(open_desk, "zebu girafe") == []
    await open_desk.post(number, "sqp", RESELLER, "la girafe du zébu")
    assert await texts(open_desk, "zebu girafe") == ["la girafe du zébu"]


async def test_the_word_as_typed_comes_before_its_forms_on_every_page(open_desk: Any) -> None:
    number = await open_desk.declare()
    for body in ("une carte", "une carte mère", "des cartes", "la cartérisation"):
        await open_desk.post(number, "sqp", RESELLER, body)
    assert await texts(open_desk, "carte") == ["une carte mère", "une carte", "la cartérisation", "des cartes"]
    seen: list[str] = []
    place: dict[str, Any] = {}
    for _ in range(4):
        page = await search(open_desk, "carte", limit=1, **place)
        assert page["total"] == 4
        seen += ["".join(piece["text"] for piece in page["items"][0]["excerpt"])]
        place = {"cursor": page["next"]}
    assert seen == ["une carte mère", "une carte", "la cartérisation", "des cartes"]
    assert place == {"cursor": None}


@pytest.mark.parametrize("most", [0, 2, 3, 100])
async def test_pages_are_the_same_however_they_are_read(
    open_desk: Any, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    number = await open_desk.declare()
    for count in range(6):
        await open_desk.post(number, "sqp", RESELLER, f"{'carte' if count % 2 else 'cartes'} {count}")
    monkeypatch.setattr(queries, "MOST_COUNTED", most)
    seen: list[str] = []
    place: dict[str, Any] = {}
    while place.get("cursor", "first"):
        page = await search(open_desk, "carte", limit=2, **place)
        seen += ["".join(piece["text"] for piece in hit["excerpt"]) for hit in page["items"]]
        place = {"cursor": page["next"]}
    assert seen == ["carte 5", "carte 3", "carte 1", "cartes 4", "cartes 2", "cartes 0"]
    assert (page["total"], page["total_is"]) == ((most, "at_least") if most < 6 else (6, "exact"))


async def test_a_hit_says_where_it_stands_and_marks_the_words(open_desk: Any) -> None:
    number = await open_desk.declare(description="Rien")
    posted = (await open_desk.post(number, "sqp", RESELLER, "Deux batteries :\nneuves")).json()
    [hit] = (await search(open_desk, "batterie", SQP))["items"]
    assert (hit["incident_number"], hit["scope"], hit["message_id"], hit["file_id"]) == (
        number,
        "sqp",
        posted["id"],
        None,
    )
    assert hit["excerpt"] == [
        {"text": "Deux ", "is_hit": False},
        {"text": "batteries", "is_hit": True},
        {"text": " : neuves", "is_hit": False},
    ]


@pytest.mark.parametrize("q", ["", "de la", "%", "'", "\\'", "!()&|:*<->", "’", "🦓"])
async def test_a_query_without_words_finds_nothing(open_desk: Any, q: str) -> None:
    await open_desk.declare()
    assert await search(open_desk, q) == {"items": [], "total": 0, "total_is": "exact", "next": None}


async def test_a_query_of_a_nul_or_of_too_many_letters_is_refused(open_desk: Any) -> None:
    for q in ("a\0b", "x" * 201):
        assert (await open_desk.as_(RESELLER).get("/incidents/texts", params={"q": q})).status_code in (400, 422)


async def test_what_the_previous_release_wrote_is_found_once_the_job_has_run(open_desk: Any) -> None:
    number = await open_desk.declare(description="Un zébu")
    await open_desk.post(number, "internal", SQP, "Un zébu en note")
    await open_desk.attach(number, "internal", SQP, file_id := uuid4())
    await open_desk.bound(number, "internal", file_id, SQP, name="zebu.txt")
    async with open_desk.harness.service.database.transaction() as session:
        await session.execute(delete(SearchText))
    assert await texts(open_desk, "zebu", SQP) == []
    await open_desk.harness.run_job("incidents.catch_up_search")
    await open_desk.harness.run_job("incidents.catch_up_search")
    assert await texts(open_desk, "zebu", SQP) == ["Un zébu en note", "Un zébu"]
    assert await texts(open_desk, "zebu", SQP, part="file") == ["zebu.txt"]
    assert await texts(open_desk, "zebu", RESELLER) == ["Un zébu"]


@pytest.mark.parametrize("q", ["N-888 777", "n888777", "88877"])
async def test_an_incident_is_found_by_the_serial_number_of_a_replacement(open_desk: Any, q: str) -> None:
    number = await open_desk.declare()
    await open_desk.declare()
    await open_desk.exchange(number)
    await open_desk.step(number, "reserve", **REPLACEMENT)
    for who in (SQP, RESELLER, CLIENT):
        rows = (await open_desk.as_(who).get("/incidents", params={"q": q})).json()["items"]
        assert [row["number"] for row in rows] == [number]
        assert "N888777" in rows[0]["exchange_serials"]
    for who in (OTHER_RESELLER, OTHER_CLIENT):
        assert (await open_desk.as_(who).get("/incidents", params={"q": q})).json()["items"] == []


async def test_what_was_written_before_the_upgrade_is_found_after_it(empty_database: Databases) -> None:
    settings = settings_for(Settings, empty_database)
    service = build(settings)
    migrate.upgrade(settings, service.migrations, service.metadata, "0014")
    owner = create_engine(settings.database_owner_url.get_secret_value())
    with owner.begin() as connection:
        for statement in WRITTEN.split(";\n"):
            connection.execute(text(statement))
    migrate.upgrade(settings, service.migrations, service.metadata)
    owner.dispose()
    async with Harness.started(settings, build) as harness, harness.client(SQP) as http:

        async def found(q: str, part: str = "message") -> list[str]:
            answer = await http.get("/api/v1/incidents/texts", params={"q": q, "part": part})
            return [hit["incident_number"] + " " + hit["scope"] for hit in answer.json()["items"]]

        assert await found("zebu") == ["26050101 declaration", "26050101 internal"]
        assert await found("zebu", "file") == ["26050101 sqp"]
        rows = (await http.get("/api/v1/incidents", params={"q": "N-888 777"})).json()["items"]
        assert [row["number"] for row in rows] == ["26050101"]
