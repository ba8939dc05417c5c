"""Access tokens: what identity signed and nothing else, whatever the forger tries."""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey

from devkit.harness import RESELLER, TestKeys, back_office
from web.auth.principal import Principal
from web.auth.tokens import ALGORITHM, LEEWAY, TokenVerifier, sign
from web.errors import Unauthenticated

ISSUER, AUDIENCE = "https://issuer.test", "platform"
NOW = 1_800_000_000.0


@pytest.fixture(scope="module")
def keys() -> TestKeys:
    return TestKeys()


@pytest.fixture
def verifier(keys: TestKeys) -> TokenVerifier:
    return TokenVerifier(keys, issuer=ISSUER, audience=AUDIENCE, now=lambda: NOW)


def good(keys: TestKeys, principal: Principal = RESELLER, **changes: Any) -> str:
    options: dict[str, Any] = {"issuer": ISSUER, "audience": AUDIENCE, "lifetime": 600, "now": NOW, **changes}
    return sign(principal, keys.private, **options)


def handmade(keys: TestKeys, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token signed with the right key and with other content."""
    headers = {"alg": ALGORITHM, "typ": "at+jwt", "kid": "test", **(header or {})}
    content = {**RESELLER.claims(), "iss": ISSUER, "aud": AUDIENCE, "iat": int(NOW), "exp": int(NOW) + 600, **claims}
    present = {name: value for name, value in content.items() if value is not ...}
    return jwt.encode({k: v for k, v in headers.items() if v is not ...}, present, keys.private, algorithms=[ALGORITHM])


@pytest.mark.parametrize("principal", [RESELLER, back_office("contracts:read", "contracts:write")])
async def test_what_identity_signed_names_its_caller(
    keys: TestKeys, verifier: TokenVerifier, principal: Principal
) -> None:
    token = good(keys, principal)
    assert await verifier.verify(token) == principal
    assert await verifier.verify(token) == principal


def part(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def unsigned(algorithm: str) -> str:
    claims = {**RESELLER.claims(), "iss": ISSUER, "aud": AUDIENCE, "iat": int(NOW), "exp": int(NOW) + 600}
    return f"{part({'alg': algorithm, 'typ': 'at+jwt', 'kid': 'test'})}.{part(claims)}."


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ALGORITHM, "EdDSA", ""])
async def test_an_unsigned_token_is_refused(verifier: TokenVerifier, algorithm: str) -> None:
    await refused(verifier, unsigned(algorithm))


async def test_the_public_key_as_a_secret_signs_nothing(keys: TestKeys, verifier: TokenVerifier) -> None:
    public = keys.private.as_dict(private=False)
    secrets = (
        json.dumps(public).encode(),
        keys.private.as_pem(private=False),
        base64.urlsafe_b64decode(f"{public['x']}="),
    )
    signed = f"{part({'alg': 'HS256', 'typ': 'at+jwt', 'kid': 'test'})}.{unsigned('HS256').split('.')[1]}"
    for secret in secrets:
        digest = hmac.digest(secret, signed.encode(), "sha256")
        await refused(verifier, f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}")


async def test_another_key_of_the_same_name_signs_nothing(verifier: TokenVerifier) -> None:
    await refused(verifier, good(TestKeys()))
    other = ECKey.generate_key("P-256", {"kid": "test"})
    claims = {**RESELLER.claims(), "iss": ISSUER, "aud": AUDIENCE, "iat": int(NOW), "exp": int(NOW) + 600}
    await refused(verifier, jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": "test"}, claims, other))


async def test_a_key_that_the_token_brings_along_signs_nothing(keys: TestKeys, verifier: TokenVerifier) -> None:
    mine = OKPKey.generate_key("Ed25519", {"kid": "mine"})
    header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": "mine", "jwk": mine.as_dict(private=False)}
    claims = {**RESELLER.claims(), "iss": ISSUER, "aud": AUDIENCE, "iat": int(NOW), "exp": int(NOW) + 600}
    await refused(verifier, jwt.encode(header, claims, mine, algorithms=[ALGORITHM]))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.test"},
        {"iss": ...},
        {"iss": [ISSUER]},
        {"aud": "another"},
        {"aud": ...},
        {"aud": ["another"]},
        {"exp": int(NOW) - LEEWAY - 1},
        {"exp": ...},
        {"exp": "later"},
        {"exp": None},
        {"iat": ...},
        {"iat": int(NOW) + LEEWAY + 60},
        {"nbf": int(NOW) + LEEWAY + 60},
        {"sub": ...},
        {"sub": ""},
        {"sub": "no uuid"},
        {"org": "no uuid"},
        {"org": None},
        {"kind": "god"},
        {"kind": ...},
        {"role": "root"},
        {"role": None},
        {"org": ..., "scope": ...},
        {"org": ..., "scope": ["contracts:write"]},
        {"org": ..., "scope": None},
    ],
    ids=str,
)
async def test_other_claims_are_refused(keys: TestKeys, verifier: TokenVerifier, claims: dict[str, Any]) -> None:
    await refused(verifier, handmade(keys, **claims))


@pytest.mark.parametrize(
    "header",
    [{"typ": "JWT"}, {"typ": ...}, {"typ": "rt+jwt"}, {"kid": ...}, {"kid": "unknown"}],
    ids=str,
)
async def test_another_header_is_refused(keys: TestKeys, verifier: TokenVerifier, header: dict[str, Any]) -> None:
    await refused(verifier, handmade(keys, header))


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "a.b.c.d.e",
        "\x00",
        "é.é.é",
        "\ud800",
        "x" * 1_000_000,
        "." * 100_000,
        part([]) + ".e30.",
        part("x") + ".e30.",
    ],
    ids=lambda token: repr(token)[:20],
)
async def test_garbage_is_refused(verifier: TokenVerifier, token: str) -> None:
    await refused(verifier, token)


async def test_a_changed_payload_is_refused(keys: TestKeys, verifier: TokenVerifier) -> None:
    header, _, signature = good(keys).split(".")
    claims = {**RESELLER.claims(), "iss": ISSUER, "aud": AUDIENCE, "iat": int(NOW), "exp": int(NOW) + 6000}
    await refused(verifier, f"{header}.{part(claims)}.{signature}")


async def test_a_token_that_was_good_is_refused_once_it_has_expired(keys: TestKeys) -> None:
    moment = NOW
    verifier = TokenVerifier(keys, issuer=ISSUER, audience=AUDIENCE, now=lambda: moment)
    token = good(keys)
    assert await verifier.verify(token) == RESELLER
    moment += 599
    assert await verifier.verify(token) == RESELLER
    moment += LEEWAY + 2
    await refused(verifier, token)


async def test_two_verifiers_share_nothing(keys: TestKeys) -> None:
    token = good(keys)
    first = TokenVerifier(keys, issuer=ISSUER, audience=AUDIENCE, now=lambda: NOW)
    await first.verify(token)
    await refused(TokenVerifier(keys, issuer=ISSUER, audience="another", now=lambda: NOW), token)


async def refused(verifier: TokenVerifier, token: str) -> None:
    started = time.monotonic()
    with pytest.raises(Unauthenticated):
        await verifier.verify(token)
    assert time.monotonic() - started < 5
