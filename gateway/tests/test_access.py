"""Tokens that are certainly bad end at the edge; everything else is the services' to decide."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable

import pytest
from joserfc.jwk import OKPKey

from devkit.fake_upstream import OpenSite, PublishedKeys, Site, Upstream

CONTRACTS = "/api/v1/contracts"
JWKS = "/.well-known/jwks.json"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def unsigned(token: str, algorithm: str) -> str:
    """The same claims under a header that names another algorithm, without a signature."""
    header = {"alg": algorithm, "typ": "at+jwt", "kid": "one"}
    encoded = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    return f"{encoded}.{token.split('.')[1]}."


async def test_a_good_token_reaches_the_service_as_it_is(edge: Site, upstream: Upstream, keys: PublishedKeys) -> None:
    token = keys.token()
    for _ in range(2):
        async with edge.http.get(CONTRACTS, headers=bearer(token)) as got:
            assert got.status == 200
    assert {seen.headers["authorization"] for seen in upstream.requests(CONTRACTS)} == {f"Bearer {token}"}
    assert len(upstream.requests(JWKS)) == 1


async def test_no_token_passes_and_the_service_decides(edge: Site, upstream: Upstream) -> None:
    async with edge.http.get(CONTRACTS) as got:
        assert got.status == 200
    assert "authorization" not in upstream.requests(CONTRACTS)[0].headers


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda keys: "nonsense", id="nonsense"),
        pytest.param(lambda keys: unsigned(keys.token(), "none"), id="alg none"),
        pytest.param(lambda keys: unsigned(keys.token(), "HS256"), id="HS256"),
        pytest.param(lambda keys: keys.token()[:-4] + "AAAA", id="altered signature"),
        pytest.param(lambda keys: keys.token(lifetime=-60), id="expired"),
        pytest.param(lambda keys: keys.token(issuer="https://evil.example"), id="issuer"),
        pytest.param(lambda keys: keys.token(audience="another"), id="audience"),
        pytest.param(
            lambda keys: keys.token(key=OKPKey.generate_key("Ed25519", {"kid": "one"})), id="another's signature"
        ),
    ],
)
async def test_a_bad_token_ends_here(
    edge: Site, upstream: Upstream, keys: PublishedKeys, spoil: Callable[[PublishedKeys], str]
) -> None:
    async with edge.http.get(CONTRACTS, headers=bearer(spoil(keys))) as got:
        assert (got.status, got.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert (await got.json(content_type=None))["code"] == "unauthenticated"
    assert upstream.requests(CONTRACTS) == []


async def test_a_flood_of_unknown_keys_fetches_once(edge: Site, upstream: Upstream, keys: PublishedKeys) -> None:
    async with edge.http.get(CONTRACTS, headers=bearer(keys.token())) as got:
        assert got.status == 200
    fetched = len(upstream.requests(JWKS))

    async def knock(number: int) -> int:
        key = OKPKey.generate_key("Ed25519", {"kid": f"unknown {number}"})
        async with edge.http.get(CONTRACTS, headers=bearer(keys.token(key=key))) as got:
            return got.status

    assert set(await asyncio.gather(*(knock(number) for number in range(30)))) == {401}
    assert len(upstream.requests(JWKS)) <= fetched + 1


async def test_without_identitys_keys_the_service_decides(
    open_edge: OpenSite, upstream: Upstream, keys: PublishedKeys
) -> None:
    async with (
        open_edge(jwks_url="http://127.0.0.1:9/") as edge,
        edge.http.get(CONTRACTS, headers=bearer(keys.token())) as got,
    ):
        assert got.status == 200
    assert len(upstream.requests(CONTRACTS)) == 1


async def test_other_schemes_are_the_services_to_read(edge: Site, upstream: Upstream) -> None:
    async with edge.http.post("/api/v1/oauth/token", headers={"Authorization": "Basic YTpi"}) as got:
        assert got.status == 200
    assert upstream.requests("/api/v1/oauth/token")[0].headers["authorization"] == "Basic YTpi"


async def test_who_logs_in_may_still_hold_an_old_token(edge: Site, upstream: Upstream, keys: PublishedKeys) -> None:
    async with edge.http.post("/api/v1/auth/refresh", headers=bearer(keys.token(lifetime=-60))) as got:
        assert got.status == 200
