"""A JSON body is bounded in size, values and depth before it is parsed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from devkit.harness import RESELLER, Harness
from web.http.json_bodies import MAX_DEPTH, MAX_VALUES, check

NOTES = "/api/v1/notes"
HALF_MIB = 512 * 1024


def nested(levels: int) -> Any:
    return json.loads("[" * levels + "]" * levels)


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({f"k{number}": 1 for number in range(40_000)}),
        json.dumps({"text": "a", "ids": ["x"] * 100_000}),
        json.dumps({"text": [[]] * (MAX_VALUES // 2)}),
        json.dumps({"text": nested(MAX_DEPTH)}),
        "[" * 200_000,
        "]" * 200_000,
        '{"a":' * 80_000,
        '"' * 400_000,
        '{"text": "' + '\\"' * 20_000 + '", ' + '"a", ' * 20_000,
    ],
    ids=["names", "values", "lists", "deep", "openings", "closings", "open objects", "quotes", "quoted quotes"],
)
async def test_more_values_than_any_request_has_are_refused_unread(harness: Harness, body: str) -> None:
    async with harness.client(RESELLER, **{"Content-Type": "application/json"}) as http:
        answer = await http.post(NOTES, content=body)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_values")
    assert len(answer.content) < 1000


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
async def test_another_encoding_hides_nothing(harness: Harness, encoding: str) -> None:
    async with harness.client(RESELLER, **{"Content-Type": "application/json"}) as http:
        answer = await http.post(NOTES, content=json.dumps({"text": ["a"] * 5_000}).encode(encoding))
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")


@pytest.mark.parametrize("text", [",[{" * 3_000, '"' * 9_000, "\\" * 9_000, "é\U0001f4a9" * 5_000])
def test_a_long_text_is_one_value(text: str) -> None:
    for ascii_only in (True, False):
        check(json.dumps({"text": text}, ensure_ascii=ascii_only).encode())


def test_the_largest_contract_passes() -> None:
    article = dict.fromkeys(("designation", "product_reference", "serial_number", "picture_url"), "x")
    check(json.dumps({"articles": [article] * 200, "client": {"address": article}}).encode())


async def test_a_refusal_names_at_most_fifty_fields(harness: Harness) -> None:
    async with harness.client(RESELLER) as http:
        answer = await http.post(NOTES, json={f"k{number}": 1 for number in range(2_000)})
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 50


async def test_a_body_above_the_limit_is_refused_declared_or_not(harness: Harness) -> None:
    async def endless() -> Any:
        for _ in range(100):
            yield b" " * 10_000

    async with harness.client(RESELLER, **{"Content-Type": "application/json"}) as http:
        for content in (b" " * (HALF_MIB + 1), endless()):
            answer = await http.post(NOTES, content=content)
            assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
