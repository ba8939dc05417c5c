"""Of a client's people, its administrators, the declarer and those with whom an incident is shared read it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from services.incidents.tests.merges import merged, read, said
from services.incidents.tests.test_isolation import OPERATIONS, Walk

from devkit.harness import CLIENT, CLIENT_BASIC, OTHER_CLIENT, RESELLER, SQP, person
from events.incidents import IncidentDeclared, IncidentEvent, IncidentMerged, IncidentShared
from incidents.models import Incident

COLLEAGUE = person("client", "CLI-0001", "basic", "Camille Petit")
TITLE = "Panne confidentielle"
READ = sorted(operation for operation in OPERATIONS if operation[0] == "get" and "draft" not in operation[1])


@pytest.fixture
async def known_desk(open_desk: Any) -> Any:
    """Where the people of the client are known."""
    for who, name in ((CLIENT, "Martin"), (CLIENT_BASIC, "Durand"), (COLLEAGUE, "Petit")):
        await open_desk.user(who, last_name=name, login=name.lower())
    return open_desk


@pytest.mark.parametrize("operation", READ, ids=lambda operation: " ".join(operation))
async def test_no_route_tells_a_basic_person_of_a_private_incident(known_desk: Any, operation: tuple[str, str]) -> None:
    number = await known_desk.declare(title=TITLE, description="Le voyant clignote.")
    await known_desk.exchange(number)
    await known_desk.post(number, "client", RESELLER, "Le voyant, toujours.")
    file_id = await known_desk.attached(number, "declaration")
    walk = Walk(known_desk, number, file_id, uuid4())
    answer = await walk(operation, COLLEAGUE)
    for secret in (TITLE, "voyant", str(file_id), "document.txt"):
        assert secret not in answer.text
    if "{number}" in operation[1]:
        missing = await walk(operation, COLLEAGUE, missing=True)
        assert (answer.status_code, answer.json()["code"]) == (404, missing.json()["code"])
    else:
        assert number not in answer.text


@pytest.mark.parametrize("media", ["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"])
async def test_exports_hold_what_is_shared_alone(known_desk: Any, media: str) -> None:
    await known_desk.declare(title=TITLE)
    empty = await known_desk.as_(OTHER_CLIENT, Accept=media).get("/incidents")
    exported = await known_desk.as_(COLLEAGUE, Accept=media).get("/incidents")
    assert exported.status_code == 200
    assert len(exported.content) == pytest.approx(len(empty.content), abs=20)
    assert TITLE.encode() not in exported.content


async def test_counts_and_totals_leave_out_what_is_private(known_desk: Any) -> None:
    shared, _ = await known_desk.declare(), await known_desk.declare()
    await known_desk.share(shared, "people", COLLEAGUE)
    for who, numbers, total in ((CLIENT, None, 2), (COLLEAGUE, [shared], 1), (CLIENT_BASIC, [], 0)):
        page = (await known_desk.as_(who).get("/incidents")).json()
        assert (page["total"], page["counts"]["open"]) == (total, total)
        assert numbers is None or [row["number"] for row in page["items"]] == numbers


@pytest.mark.parametrize("by", [CLIENT, RESELLER, SQP], ids=["client", "reseller", "sqp"])
async def test_a_new_incident_is_read_by_administrators_alone(known_desk: Any, by: Any) -> None:
    more = {"on_behalf": {"organisation": "client", "caller_name": "M. Durand"}} if by is SQP else {}
    number = await known_desk.declare(by, **more)
    for who, status in ((CLIENT, 200), (RESELLER, 200), (SQP, 200), (COLLEAGUE, 404), (CLIENT_BASIC, 404)):
        assert (await known_desk.as_(who).get(f"/incidents/{number}")).status_code == status
    [told] = await known_desk.harness.told(IncidentDeclared)
    assert told.readers == ([CLIENT.user_id] if by is CLIENT else [])


async def test_the_declarer_reads_it_when_no_administrator_any_more(known_desk: Any) -> None:
    number = await known_desk.declare(CLIENT)
    demoted = replace(CLIENT, role="basic")
    assert (await known_desk.as_(demoted).get(f"/incidents/{number}")).status_code == 200
    await known_desk.share(number, "people", COLLEAGUE)
    assert (await known_desk.as_(demoted).get(f"/incidents/{number}")).status_code == 200


async def test_the_caller_for_whom_sqp_declares_reads_it(known_desk: Any) -> None:
    caller = {"organisation": "client", "caller_id": str(COLLEAGUE.user_id)}
    number = await known_desk.declare(SQP, on_behalf=caller)
    seen = await known_desk.incident(number, COLLEAGUE)
    assert seen["sharing"]["shared_with"] == "administrators"
    assert [each["user_id"] for each in seen["sharing"]["people"]] == [str(COLLEAGUE.user_id)]
    assert (await known_desk.as_(CLIENT_BASIC).get(f"/incidents/{number}")).status_code == 404


@pytest.mark.parametrize(
    ("sharing", "readers"),
    [
        ({"shared_with": "administrators"}, set()),
        ({"shared_with": "people", "people": [str(COLLEAGUE.user_id)]}, {COLLEAGUE}),
        ({"shared_with": "organisation"}, {COLLEAGUE, CLIENT_BASIC}),
    ],
)
async def test_a_client_shares_on_declaration(known_desk: Any, sharing: dict[str, Any], readers: set[Any]) -> None:
    number = await known_desk.declare(CLIENT, sharing=sharing)
    assert (await known_desk.incident(number, CLIENT))["sharing"]["shared_with"] == sharing["shared_with"]
    for who in (COLLEAGUE, CLIENT_BASIC):
        status = 200 if who in readers else 404
        assert (await known_desk.as_(who).get(f"/incidents/{number}")).status_code == status


@pytest.mark.parametrize("by", [RESELLER, SQP], ids=["reseller", "sqp"])
async def test_others_do_not_say_who_reads_it_at_the_client(known_desk: Any, by: Any) -> None:
    more = {"on_behalf": {"organisation": "client", "caller_name": "M. Durand"}} if by is SQP else {}
    body = known_desk.declaration(sharing={"shared_with": "organisation"}, **more)
    answer = await known_desk.as_(by).post("/incidents", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "sharing_not_yours")


async def test_sharing_is_given_and_taken_back(known_desk: Any) -> None:
    number = await known_desk.declare()
    await known_desk.share(number, "people", COLLEAGUE)
    assert (await known_desk.as_(COLLEAGUE).get(f"/incidents/{number}/history")).status_code == 200
    await known_desk.share(number, "organisation")
    assert (await known_desk.as_(CLIENT_BASIC).get(f"/incidents/{number}")).status_code == 200
    await known_desk.share(number, "administrators")
    for who in (COLLEAGUE, CLIENT_BASIC):
        assert (await known_desk.as_(who).get(f"/incidents/{number}")).status_code == 404
        assert (await known_desk.as_(who).get("/incidents/texts?q=voyant")).json()["total"] == 0
    told = await known_desk.harness.told(IncidentShared)
    assert [set(each.given_to) for each in told] == [{COLLEAGUE.user_id}, {CLIENT_BASIC.user_id}, set()]
    assert [each.readers for each in told] == [[COLLEAGUE.user_id], None, []]


async def test_the_same_again_tells_nobody(known_desk: Any) -> None:
    number = await known_desk.declare()
    before = (await known_desk.incident(number))["version"]
    await known_desk.share(number, "administrators")
    assert (await known_desk.incident(number))["version"] == before
    assert await known_desk.harness.told(IncidentShared) == []


async def test_sharing_wants_the_version_that_was_read(known_desk: Any) -> None:
    number = await known_desk.declare()
    path, body = f"/incidents/{number}/sharing", {"shared_with": "organisation"}
    assert (await known_desk.as_(CLIENT).put(path, json=body)).status_code == 428
    assert (await known_desk.as_(CLIENT, **{"If-Match": '"9"'}).put(path, json=body)).status_code == 412


@pytest.mark.parametrize("stranger", [RESELLER, OTHER_CLIENT, SQP, person("client", "CLI-0001", name="Jamais vu")])
async def test_it_is_shared_with_people_of_the_client_alone(known_desk: Any, stranger: Any) -> None:
    await known_desk.user(RESELLER)
    number = await known_desk.declare()
    answer = await known_desk.try_share(number, "people", stranger)
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown_reader")
    answer = await known_desk.try_share(number, "people")
    assert answer.status_code == 422


async def test_a_person_who_moved_to_another_organisation_reads_it_no_more(known_desk: Any) -> None:
    number = await known_desk.declare()
    await known_desk.share(number, "people", COLLEAGUE)
    moved = replace(COLLEAGUE, organisation_id=OTHER_CLIENT.organisation_id)
    assert (await known_desk.as_(moved).get(f"/incidents/{number}")).status_code == 404


async def test_others_read_how_far_it_is_shared_and_no_names(known_desk: Any) -> None:
    number = await known_desk.declare()
    await known_desk.share(number, "people", COLLEAGUE)
    for who in (RESELLER, SQP):
        sharing = (await known_desk.incident(number, who))["sharing"]
        assert sharing == {"shared_with": "people", "people": [], "may_change": False}
    seen = (await known_desk.incident(number, COLLEAGUE))["sharing"]
    assert (seen["may_change"], [each["name"] for each in seen["people"]]) == (False, ["Prénom Petit"])
    assert (await known_desk.incident(number, CLIENT))["sharing"]["may_change"] is True


async def test_what_was_merged_is_read_by_those_who_read_it(known_desk: Any) -> None:
    target, source = await known_desk.declare(), await known_desk.declare()
    await known_desk.share(target)
    await said(known_desk, source, "client", RESELLER, "Entre nous")
    await said(known_desk, target, "client", RESELLER, "Pour tous")
    await merged(known_desk, source, target)
    assert await read(known_desk, target, "client", COLLEAGUE) == [("Pour tous", None)]
    assert [body for body, _ in await read(known_desk, target, "client", CLIENT)] == ["Entre nous", "Pour tous"]
    assert (await known_desk.incident(target, COLLEAGUE))["merged"] == []
    [told] = await known_desk.harness.told(IncidentMerged)
    assert (told.readers, told.source_readers) == (None, [])


async def test_every_event_of_an_incident_says_who_reads_it(known_desk: Any) -> None:
    number = await known_desk.declare()
    await known_desk.share(number, "people", COLLEAGUE)
    await known_desk.exchange(number)
    await known_desk.post(number, "client", RESELLER)
    await known_desk.attach(number, "client", RESELLER, uuid4())
    await known_desk.move(number, "resolved")
    told = [each for each in await known_desk.harness.told() if isinstance(each, IncidentEvent)]
    assert len({type(each) for each in told}) >= 5
    assert [each.readers for each in told if not isinstance(each, IncidentDeclared)] == [[COLLEAGUE.user_id]] * (
        len(told) - 1
    )


async def test_an_incident_of_before_is_shared_with_all(known_desk: Any) -> None:
    """Its row has nothing in the column that the migration added."""
    number = await known_desk.declare()
    async with known_desk.harness.service.database.transaction() as session:
        (await session.get_one(Incident, number)).readers = None
    assert (await known_desk.incident(number, COLLEAGUE))["sharing"]["shared_with"] == "organisation"
