"""Every operation of the OpenAPI document, and every event: nobody, programs, other people, the wrong side. A new one
fails here until it is classified."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from services.notifications.tests.people import EVERYBODY

from devkit.harness import OTHER_CLIENT, OTHER_RESELLER, RESELLER, back_office
from events import CATALOGUE, samples
from notifications.consumers import consumers
from web.auth.principal import Principal

# All of them show and change what is the caller's own; the log of reminders is also of one's clients
# (test_reminders.py), and the stream is walked in stream/test_stream.py.
OPERATIONS: dict[tuple[str, str], Any] = {
    ("get", "/notifications"): None,
    ("post", "/notifications/read"): {"all": True},
    ("get", "/notifications/unread"): None,
    ("get", "/notifications/reminders"): None,
    ("get", "/notifications/preferences"): None,
    ("put", "/notifications/preferences"): {"email": {}, "app": {}},
    ("get", "/notifications/stream"): None,
    ("get", "/notifications/{identifier}"): None,
}
STRANGERS = (OTHER_RESELLER, OTHER_CLIENT)
PARTIES = ("reseller", "client")
ALL = ("sqp", *PARTIES)
# The sides that an event's feed lines may be for, as far as its sample goes: a message is of the client's thread. What
# is kept, shown to open pages or mailed to the one person that it names has none.
SIDES: dict[str, tuple[str, ...]] = {
    "contracts.contract.changed.v1": PARTIES,
    "contracts.contract.expiring.v1": PARTIES,
    "contracts.contract.extended.v1": PARTIES,
    "contracts.contract.registered.v1": PARTIES,
    "files.file.binding_refused.v1": (),
    "identity.account.invited.v1": (),
    "identity.credentials.changed.v1": (),
    "identity.email.change_announced.v1": (),
    "identity.email.change_requested.v1": (),
    "identity.organisation.changed.v1": (),
    "identity.password.reset_requested.v1": (),
    "identity.rescue.granted.v1": (),
    "identity.second_factor.changed.v1": (),
    "identity.session.closed.v1": (),
    "identity.sign_up.requested.v1": ("reseller",),
    "identity.user.changed.v1": (),
    "incidents.answer.reminded.v1": PARTIES,
    "incidents.bulk.moved.v1": PARTIES,
    "incidents.bulk.reminded.v1": PARTIES,
    "incidents.desk.assigned.v1": (),
    "incidents.desk.presence_changed.v1": (),
    "incidents.exchange.changed.v1": PARTIES,
    "incidents.file.detached.v1": (),
    "incidents.files.attached.v1": (),
    "incidents.incident.client_given.v1": (),
    "incidents.incident.closing_postponed.v1": ("sqp",),
    "incidents.incident.declared.v1": ALL,
    "incidents.incident.merged.v1": ALL,
    "incidents.incident.shared.v1": ("client",),
    "incidents.incident.status_changed.v1": PARTIES,
    "incidents.message.posted.v1": PARTIES,
    "incidents.note.written.v1": ("sqp",),
    "incidents.promise.missed.v1": ALL,
    "incidents.return.reminded.v1": PARTIES,
}
# Their samples wait for what they refer to: test_files.py and test_telling.py say who is told.
WAITING = {"files.file.bound.v1", "identity.session.opened_on_new_device.v1"}
CONSUMED = {type_ for consumer in consumers() for type_ in consumer.handlers}


class Walk:
    """Calls any operation on a line of the reseller's feed about contract 29962, or on one that does not exist."""

    def __init__(self, world: Any, line: str) -> None:
        self.world, self.line = world, line

    async def __call__(self, operation: tuple[str, str], by: Principal | None, *, missing: bool = False) -> Any:
        method, template = operation
        path = template.format(identifier=uuid4() if missing else self.line)
        parameters = {"contract": "1" if missing else "29962"} if path.endswith("/reminders") else {}
        async with self.world.harness.client(by) as http:
            return await http.request(method, f"/api/v1{path}", json=OPERATIONS[operation], params=parameters)


@pytest.fixture
async def walk(world: Any) -> Walk:
    await world.tell(world.facts.expiring(7), world.facts.status())
    return Walk(world, (await world.feed(RESELLER))["items"][0]["id"])


def walked(*but: str) -> pytest.MarkDecorator:
    operations = sorted(each for each in OPERATIONS if each[1] not in but)
    return pytest.mark.parametrize("operation", operations, ids=lambda operation: " ".join(operation))


async def test_every_operation_is_classified(started: Any) -> None:
    paths = started.app.openapi()["paths"]
    found = {(method, path.removeprefix("/api/v1")) for path, methods in paths.items() for method in methods}
    # The audit trail is the chassis', which says who may read it.
    assert found == {*OPERATIONS, ("get", "/audit/notifications")}


@walked()
async def test_every_operation_is_for_people_alone(walk: Walk, operation: tuple[str, str]) -> None:
    assert (await walk(operation, None)).status_code == 401
    for program in (back_office("contracts:write"), back_office("incidents:read", "contracts:read")):
        assert (await walk(operation, program)).status_code == 403


@walked("/notifications/stream", "/notifications/preferences")
async def test_another_person_gets_the_answer_of_what_is_missing(walk: Walk, operation: tuple[str, str]) -> None:
    before = await walk.world.feed(RESELLER)
    for stranger in STRANGERS:
        foreign, missing = [await walk(operation, stranger, missing=missing) for missing in (False, True)]
        assert foreign.status_code == missing.status_code == (404 if "{" in operation[1] else 200)
        ignored = ("instance", "request_id")
        told = [{k: v for k, v in each.json().items() if k not in ignored} for each in (foreign, missing)]
        assert told[0] == told[1]
        assert walk.line not in str(told)
    assert await walk.world.feed(RESELLER) == before


def test_every_event_is_classified() -> None:
    assert {*SIDES, *WAITING} == CONSUMED


@pytest.mark.parametrize("type_", sorted(SIDES))
async def test_an_event_is_told_to_its_sides_and_to_no_other_tenant(world: Any, type_: str) -> None:
    """Samples are about REV-0001 and CLI-0001."""
    await world.harness.deliver(CATALOGUE[type_].model_validate(samples.sample(type_)["data"]))
    told = [who for who in EVERYBODY if (await world.feed(who))["items"]]
    assert {who.organisation_kind for who in told} <= set(SIDES[type_])
    assert not set(told) & set(STRANGERS)
    addressed = {email["user_id"] for email in await world.emails()}
    assert not addressed & {who.user_id for who in STRANGERS}
