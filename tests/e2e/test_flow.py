"""The main flow as a stranger's HTTP client drives it, step by step, on both stacks."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from demonstration import caller
from demonstration.caller import Caller, Refused, eventually
from devstack.testing.world import World, contracts, declaration, declared
from web import clock

pytestmark = pytest.mark.e2e


async def refusal(attempt: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        await attempt
    return caught.value


class TestRegistration:
    """Steps 1 and 2."""

    async def test_registering_again_changes_nothing(self, world: World) -> None:
        before = await world.reseller.get(f"/contracts/{world.contract}")
        await world.office.put(f"/backoffice/contracts/{world.contract}", contracts(world)[world.contract])
        after = await world.reseller.get(f"/contracts/{world.contract}")
        assert after["version"] == before["version"]

    async def test_the_first_contract_made_the_reseller_and_its_first_administrator(self, world: World) -> None:
        me = await world.reseller.get("/me")
        assert (me["role"], me["login"]) == ("administrator", f"reseller-{world.mark.lower()}")

    async def test_several_contracts_of_a_new_reseller_send_one_message(self, world: World) -> None:
        accounts = [subject for subject, _ in await world.stack.mailed(world.address("reseller"))]
        assert len([subject for subject in accounts if "compte" in subject.lower()]) == 1

    async def test_a_wrong_secret_gets_no_token(self, world: World) -> None:
        stranger = caller.service_account(world.http, world.stack.url, "backoffice-demo", "wrong")
        assert (await refusal(stranger.get("/contracts"))).status == 401


class TestContracts:
    """Step 3."""

    @pytest.mark.parametrize(
        "column", ["number", "product_reference", "serial_number", "client", "warranty_ends_on", "extensions"]
    )
    async def test_every_column_sorts_both_ways(self, world: World, column: str) -> None:
        up = await world.reseller.get("/contracts", sort=column)
        down = await world.reseller.get("/contracts", sort=f"-{column}")
        assert {row["number"] for row in up["items"]} == {row["number"] for row in down["items"]}
        values = [row[column] for row in up["items"] if row[column] is not None]
        assert values == sorted(values)
        assert [row[column] for row in down["items"] if row[column] is not None] == sorted(values, reverse=True)

    async def test_the_search_finds_by_every_column(self, world: World) -> None:
        row = (await world.reseller.get("/contracts", q=world.contract))["items"][0]
        ends = "/".join(reversed(row["warranty_ends_on"].split("-")))
        for wanted in (row["product_reference"], row["serial_number"], row["client"].upper(), ends, world.serials[1]):
            found = await world.reseller.get("/contracts", q=f"{wanted} {world.contract}")
            assert [item["number"] for item in found["items"]] == [world.contract], wanted

    async def test_validity_filters_and_counts(self, world: World) -> None:
        for validity, number in (("active", world.contract), ("expiring", world.unheld), ("expired", world.expired)):
            page = await world.reseller.get("/contracts", validity=validity)
            assert number in {row["number"] for row in page["items"]}
            assert page["total"] == page["counts"][validity]

    async def test_pages_hold_every_contract_once(self, world: World) -> None:
        seen, cursor = [], None
        while True:
            page = await world.reseller.get("/contracts", limit=1, **({"cursor": cursor} if cursor else {}))
            seen += [row["number"] for row in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == page["total"]
        assert {world.contract, world.expired, world.unheld} <= set(seen)

    async def test_the_coverage_of_a_serial_names_its_contract(self, world: World) -> None:
        covered = await world.reseller.get("/coverage", serial=world.serials[1])
        assert (covered["covered"], covered["contract_number"]) == (True, world.contract)
        past = await world.reseller.get("/coverage", serial=f"OLD{world.mark}")
        assert (past["covered"], past["reason"]) == (False, "expired")

    async def test_another_reseller_sees_nothing_of_it(self, world: World) -> None:
        assert (await refusal(world.other.get(f"/contracts/{world.contract}"))).status == 404
        others = await world.other.get("/contracts", limit=200)
        assert world.contract not in {row["number"] for row in others["items"]}

    async def test_the_client_sees_what_it_holds(self, world: World) -> None:
        held = await world.client.get("/contracts")
        numbers = {row["number"] for row in held["items"]}
        assert {world.contract, world.expired} <= numbers
        assert world.unheld not in numbers


class TestDeclaration:
    """Step 4."""

    async def test_a_reseller_declares_on_two_products_with_a_file(self, world: World) -> None:
        content = b"2026-11-20 [ERR] disk failure\n" * 1000
        stored = await world.reseller.upload("journal.log", content, "text/plain", key=f"upload {world.mark}")
        assert stored["sha256"] == hashlib.sha256(content).hexdigest()
        number = await declared(world, file_ids=[stored["id"]])
        assert number.startswith(f"{clock.today():%y%m%d}")
        assert len(number) >= 8

        async def attached() -> dict[str, Any] | None:
            files = (await world.reseller.get(f"/incidents/{number}"))["attachments"]
            return files[0] if files and files[0]["scan"] == "clean" else None

        assert (await eventually(attached, what="the scanned attachment"))["name"] == "journal.log"
        url = f"{world.stack.url}/api/v1/files/{stored['id']}/content"
        headers = await world.support._authorization()

        async def downloaded() -> bytes | None:
            async with world.http.get(url, headers=headers) as answer:
                return await answer.read() if answer.status == 200 else None

        assert await eventually(downloaded, what="the file for SQP") == content

    async def test_an_expired_contract_is_refused_with_the_reason(self, world: World) -> None:
        async def expired() -> Refused | None:
            refused = await refusal(
                world.reseller.post(
                    "/incidents", declaration(world, contract_number=world.expired, serial_numbers=[f"OLD{world.mark}"])
                )
            )
            return refused if refused.status == 409 else None

        refused = await eventually(expired, what="the refusal")
        ended = clock.today() - timedelta(days=10)
        assert refused.problem["code"] == "contract_expired"
        assert f"{ended:%d/%m/%Y}" in refused.problem["title"]

    async def test_a_contract_registered_a_second_ago_is_accepted(self, world: World) -> None:
        number = f"{world.mark}-NEW"
        body = {**contracts(world)[world.contract], "serial_number": f"NEW{world.mark}", "articles": []}
        await world.office.put(f"/backoffice/contracts/{number}", body)
        assert await declared(world, contract_number=number, serial_numbers=[f"NEW{world.mark}"])

    async def test_a_serial_that_the_contract_lacks_is_refused(self, world: World) -> None:
        await declared(world)
        refused = await refusal(world.reseller.post("/incidents", declaration(world, serial_numbers=["NOT-MINE"])))
        assert refused.status in (409, 422)

    async def test_a_repeated_submission_declares_once(self, world: World) -> None:
        await declared(world)
        key = f"once {world.mark}"
        first = await world.reseller.post("/incidents", declaration(world), key=key)
        again = await world.reseller.post("/incidents", declaration(world), key=key)
        assert first == again

    async def test_a_basic_user_reads_and_does_not_declare(self, world: World) -> None:
        number = await declared(world)
        assert (await world.basic.get(f"/incidents/{number}"))["number"] == number
        assert (await refusal(world.basic.post("/incidents", declaration(world)))).status == 403


class TestThreads:
    """Step 5."""

    async def test_each_side_reads_its_own_threads_only(self, world: World) -> None:
        number = await declared(world)
        path = f"/incidents/{number}/messages?thread="
        await world.support.post(f"{path}sqp", {"body": "Avez-vous le journal SMART ?", "file_ids": []})
        await world.reseller.post(f"{path}sqp", {"body": "Le voici.", "file_ids": []})
        await world.reseller.post(f"{path}client", {"body": "Votre dossier est ouvert.", "file_ids": []})
        await world.client.post(f"{path}client", {"body": "Merci.", "file_ids": []})
        assert await _bodies(world.reseller, number, "sqp") == {"Avez-vous le journal SMART ?", "Le voici."}
        assert await _bodies(world.support, number, "sqp") == {"Avez-vous le journal SMART ?", "Le voici."}
        assert await _bodies(world.client, number, "client") == {"Votre dossier est ouvert.", "Merci."}
        assert (await refusal(world.client.get(f"/incidents/{number}/messages", thread="sqp"))).status == 404
        assert (await refusal(world.support.get(f"/incidents/{number}/messages", thread="client"))).status == 404

    async def test_sqp_changes_the_state_and_a_stale_version_is_refused(self, world: World) -> None:
        number = await declared(world)
        version = (await world.support.get(f"/incidents/{number}"))["version"]
        change = {"status": "in_diagnosis", "note": "Analyse en cours."}
        moved = await world.support.post(f"/incidents/{number}/status", change, if_match=f'"{version}"')
        assert moved["status"] == "in_diagnosis"
        assert (await refusal(world.support.post(f"/incidents/{number}/status", change))).status == 428
        stale = world.support.post(f"/incidents/{number}/status", {"status": "resolved"}, if_match=f'"{version}"')
        assert (await refusal(stale)).status == 412

    async def test_an_illegal_state_change_is_refused(self, world: World) -> None:
        number = await declared(world)
        version = (await world.support.get(f"/incidents/{number}"))["version"]
        illegal = world.support.post(f"/incidents/{number}/status", {"status": "closed"}, if_match=f'"{version}"')
        assert (await refusal(illegal)).status == 409


async def _bodies(who: Caller, number: str, thread: str) -> set[str]:
    page = await who.get(f"/incidents/{number}/messages", thread=thread)
    return {message["body"] for message in page["items"]}


class TestBadInput:
    @pytest.mark.parametrize(
        ("path", "content", "status"),
        [
            ("/auth/login", b'{"login": "x", ', 400),
            ("/auth/login", b'{"login": "x", "password": "y", "surprise": 1}', 422),
            ("/auth/login", b'{"login": 5, "password": "y"}', 422),
            ("/auth/login", b'{"login": "a\\u0000b", "password": "y"}', 422),
        ],
    )
    async def test_malformed_bodies_get_a_problem_in_the_readers_language(
        self, world: World, path: str, content: bytes, status: int
    ) -> None:
        titles = set()
        for language in ("fr", "en"):
            headers = {"Content-Type": "application/json", "Accept-Language": language}
            url = f"{world.stack.url}/api/v1{path}"
            async with world.http.post(url, data=content, headers=headers) as answer:
                assert answer.status == status
                assert answer.content_type == "application/problem+json"
                titles.add((await answer.json(content_type=None))["title"])
        assert len(titles) == 2

    async def test_twenty_megabytes_and_one_byte_are_refused(self, world: World) -> None:
        content = b"a" * (20 * 1024 * 1024 + 1)
        refused = await refusal(world.reseller.upload("huge.log", content, "text/plain", key=f"huge {world.mark}"))
        assert (refused.status, refused.problem["code"]) == (413, "file_too_large")

    async def test_a_replayed_refresh_token_ends_the_session(self, world: World) -> None:
        anonymous = caller.anonymous(world.http, world.stack.url)
        login = {"login": f"reseller-{world.mark.lower()}", "password": "essai-de-bout-en-bout-1"}
        first = await anonymous.post("/auth/login", login)
        second = await anonymous.post("/auth/refresh", {"refresh_token": first["refresh_token"]})
        third = await anonymous.post("/auth/refresh", {"refresh_token": second["refresh_token"]})
        assert (await refusal(anonymous.post("/auth/refresh", {"refresh_token": first["refresh_token"]}))).status == 401
        assert (await refusal(anonymous.post("/auth/refresh", {"refresh_token": third["refresh_token"]}))).status == 401
