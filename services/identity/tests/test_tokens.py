"""Keys and tokens: what a forged token gets (nothing), and rotation that nobody notices."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey
from sqlalchemy import text

from devkit.harness import RESELLER
from identity import keys
from identity.bootstrap import build
from identity.errors import KeyTooYoung
from identity.models import SigningKey
from web.auth.tokens import TOKEN_TYPE, sign


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


async def jwks(world: Any) -> dict[str, Any]:
    async with world.harness.client() as http:
        return {key["kid"]: key for key in (await http.get("/.well-known/jwks.json")).json()["keys"]}


async def active(world: Any) -> OKPKey:
    world.kit.keys.forget()
    key: OKPKey = await world.kit.keys.signer()
    return key


async def status_of(world: Any, token: str) -> int:
    answer = await world.bearer(token, "GET", "/me")
    if answer.status_code == 401:
        assert answer.json()["code"] == "unauthenticated"
        assert answer.headers["www-authenticate"] == "Bearer"
    return int(answer.status_code)


def claims(world: Any, **changes: Any) -> dict[str, Any]:
    now, settings = int(time.time()), world.kit.settings
    own = RESELLER.claims()
    return {**own, "iss": settings.issuer, "aud": settings.audience, "iat": now, "exp": now + 60, **changes}


async def test_the_jwks_is_public_cacheable_and_holds_no_private_part(world: Any) -> None:
    async with world.harness.client() as http:
        answer = await http.get("/.well-known/jwks.json")
    assert answer.status_code == 200
    assert "max-age" in answer.headers["cache-control"]
    assert len(answer.json()["keys"]) == 2
    assert all("d" not in key and key["alg"] == "Ed25519" and key["use"] == "sig" for key in answer.json()["keys"])


async def test_a_token_without_signature_or_signed_with_the_public_key_is_refused(world: Any) -> None:
    key = await active(world)
    public = key.as_dict(private=False)
    for secret in (
        b"",
        json.dumps(public).encode(),
        str(public["x"]).encode(),
        base64.urlsafe_b64decode(f"{public['x']}="),
    ):
        for alg in ("none", "HS256"):
            head = part({"alg": alg, "typ": TOKEN_TYPE, "kid": key.kid})
            stem = f"{head}.{part(claims(world))}"
            mac = hmac.new(secret, stem.encode(), hashlib.sha256).digest() if alg == "HS256" else b""
            assert await status_of(world, f"{stem}.{part(mac)}") == 401


@pytest.mark.parametrize("changes", [{"issuer": "https://evil.example"}, {"audience": "another"}, {"lifetime": -10}])
async def test_a_token_of_another_issuer_audience_or_time_is_refused(world: Any, changes: dict[str, Any]) -> None:
    settings = world.kit.settings
    good = {"issuer": settings.issuer, "audience": settings.audience, "lifetime": 60, "now": time.time()}
    key = await active(world)
    assert await status_of(world, sign(RESELLER, key, **good)) == 200
    assert await status_of(world, sign(RESELLER, key, **{**good, **changes})) == 401


async def test_a_token_of_another_type_key_or_signature_is_refused(world: Any) -> None:
    key = await active(world)
    for header in ({"alg": "Ed25519", "kid": key.kid}, {"alg": "Ed25519", "typ": "JWT", "kid": key.kid}):
        assert await status_of(world, jwt.encode(header, claims(world), key, algorithms=["Ed25519"])) == 401
    stranger = OKPKey.generate_key("Ed25519", {"kid": str(key.kid)})
    header = {"alg": "Ed25519", "typ": TOKEN_TYPE, "kid": key.kid}
    assert await status_of(world, jwt.encode(header, claims(world), stranger, algorithms=["Ed25519"])) == 401
    good = jwt.encode(header, claims(world), key, algorithms=["Ed25519"])
    head, _, signature = good.split(".")
    raised = part(claims(world, kind="sqp"))
    assert await status_of(world, f"{head}.{raised}.{signature}") == 401
    assert await status_of(world, good) == 200


async def test_the_private_keys_are_not_readable_in_the_database(world: Any) -> None:
    key = await active(world)
    secret = key.as_dict(private=True)["d"]
    async with world.harness.service.database.reader() as reader:
        rows = (await reader.execute(text("SELECT to_jsonb(k)::text FROM signing_keys k"))).all()
    assert len(rows) == 2
    assert all(str(secret) not in row[0] for row in rows)


async def test_processes_that_start_at_once_make_one_pair_of_keys(world: Any, identity_settings: Any) -> None:
    services = [build(identity_settings) for _ in range(4)]
    try:
        signers = await asyncio.gather(*(service.resources.keys.signer() for service in services))
    finally:
        for service in services:
            await service.database.close()
    assert len({key.kid for key in signers}) == 1


async def rotate(world: Any, **options: Any) -> str:
    async with world.harness.service.database.transaction() as session:
        return await keys.rotate(session, world.kit.settings, **options)


async def test_rotation_refuses_no_token_old_or_new(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world.settings(monkeypatch, key_publication_seconds=0, key_cache_seconds=0.0)
    published = set(await jwks(world))
    tokens = []
    for _ in range(3):
        tokens.append((await world.log_in("client")).json()["access_token"])
        signs = await rotate(world)
        assert signs in published, "a key is published before it signs"
        published = set(await jwks(world))
    tokens.append((await world.log_in("client")).json()["access_token"])
    assert len({token.split(".")[0] for token in tokens}) == 4
    assert [await status_of(world, token) for token in tokens] == [200] * 4


async def test_a_process_that_has_not_noticed_still_verifies_and_signs(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.settings(monkeypatch, key_publication_seconds=0)
    before = (await world.log_in("client")).json()["access_token"]
    await rotate(world)
    cached = (await world.log_in("client")).json()["access_token"]
    assert before.split(".")[0] == cached.split(".")[0]
    world.kit.keys.forget()
    assert [await status_of(world, token) for token in (before, cached)] == [200, 200]


async def test_a_key_published_a_moment_ago_does_not_sign_yet_unless_forced(world: Any) -> None:
    with pytest.raises(KeyTooYoung):
        await rotate(world)
    assert await rotate(world, force=True)


async def test_a_retired_key_is_published_until_its_tokens_have_expired(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.settings(monkeypatch, key_publication_seconds=0, key_cache_seconds=0.0)
    old = (await active(world)).kid
    await rotate(world)
    assert old in await jwks(world)
    await world.sql("UPDATE signing_keys SET retired_at = now() - interval '2 hours' WHERE state = 'retired'")
    assert old not in await jwks(world)
    await rotate(world)
    async with world.harness.service.database.transaction() as session:
        assert await session.get(SigningKey, old) is None


async def test_the_periodic_job_rotates_when_the_key_has_served_its_time(world: Any) -> None:
    first = (await active(world)).kid
    await world.harness.run_job("identity.rotate_keys")
    assert (await active(world)).kid == first
    await world.sql("UPDATE signing_keys SET created_at = now() - interval '31 days', activated_at = created_at")
    await world.sql("UPDATE signing_keys SET activated_at = now() - interval '31 days' WHERE state = 'active'")
    await world.harness.run_job("identity.rotate_keys")
    assert (await active(world)).kid != first


async def test_a_flood_of_unknown_keys_reads_the_database_once(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await active(world)
    loads = 0
    load = world.kit.keys._load

    async def counted() -> Any:
        nonlocal loads
        loads += 1
        return await load()

    monkeypatch.setattr(world.kit.keys, "_load", counted)
    for n in range(20):
        stranger = OKPKey.generate_key("Ed25519", {"kid": f"unknown-{n}"})
        settings = world.kit.settings
        token = sign(
            RESELLER, stranger, issuer=settings.issuer, audience=settings.audience, lifetime=60, now=time.time()
        )
        assert await status_of(world, token) == 401
    assert loads <= 1
