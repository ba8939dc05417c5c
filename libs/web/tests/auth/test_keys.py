"""Identity's public keys over HTTP: fetched seldom, kept through its absence, never waited for in a queue."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.types import Receive, Scope, Send

from devkit.fake_upstream import PublishedKeys, Upstream, answer, quiet, serving
from web.auth.tokens import JwksKeys
from web.errors import Unavailable


@pytest.fixture
async def identity() -> AsyncIterator[Upstream]:
    app = Upstream()
    app.handlers["/jwks"] = answer(PublishedKeys().jwks())
    async with serving(quiet(app)) as app.url:
        yield app


def keys_of(identity: Upstream, **options: float) -> JwksKeys:
    return JwksKeys(f"{identity.url}/jwks", **options)


async def test_many_callers_fetch_once(identity: Upstream) -> None:
    keys = keys_of(identity)
    found = await asyncio.gather(*(keys.key("one") for _ in range(20)))
    assert all(found)
    assert keys.fetches == 1


async def test_unknown_keys_are_asked_for_once_per_cooldown(identity: Upstream) -> None:
    keys = keys_of(identity)
    assert await keys.key("one")
    assert await asyncio.gather(*(keys.key(f"unknown {number}") for number in range(50))) == [None] * 50
    assert keys.fetches <= 2


async def test_a_new_key_is_found_once_the_cooldown_is_over(identity: Upstream) -> None:
    keys = keys_of(identity, cooldown=0)
    assert await keys.key("one")
    rotated = PublishedKeys().jwks()
    rotated["keys"][0]["kid"] = "two"
    identity.handlers["/jwks"] = answer(rotated)
    assert await keys.key("two")


async def test_old_keys_still_verify_while_identity_hangs(identity: Upstream) -> None:
    keys = keys_of(identity, max_age=0, cooldown=0)
    assert await keys.key("one")
    let_go = asyncio.Event()

    async def hang(scope: Scope, receive: Receive, send: Send) -> None:
        await let_go.wait()
        await answer({}, 503)(scope, receive, send)

    identity.handlers["/jwks"] = hang
    async with asyncio.timeout(1):  # identity's own time-out is longer
        assert all([await keys.key("one") for _ in range(5)])
    let_go.set()


async def test_without_any_key_callers_share_one_failed_attempt(identity: Upstream) -> None:
    identity.handlers["/jwks"] = answer({}, 503)
    keys = keys_of(identity)
    refused = await asyncio.gather(*(keys.key("one") for _ in range(20)), return_exceptions=True)
    assert all(isinstance(refusal, Unavailable) for refusal in refused)
    assert keys.fetches == 1
