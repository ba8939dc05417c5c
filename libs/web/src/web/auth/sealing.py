"""Secrets in events and jobs, encrypted to the public key of the one service that may read them (JWE)."""

from __future__ import annotations

import json
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

ALGORITHM = "ECDH-ES+A256KW"
ENCRYPTION = "A256GCM"
# The public key (JWK) that notifications opens mail tokens with, in development.
MAIL_DEVELOPMENT_KEY = (
    '{"crv":"X25519","x":"uxBdEz6Ed1rek2NZefZp-eFFqL9asO1WVPuMSsIfS1E",'
    '"kid":"mail-development","use":"enc","kty":"OKP"}'
)


class CannotUnseal(Exception):
    """The payload is encrypted to another key, tampered with, or no JWE. Retrying cannot help."""


def seal(public_jwk: str, payload: dict[str, Any]) -> str:
    """``payload`` as a compact JWE that only the holder of the private half of ``public_jwk`` (JSON) can open."""
    key = _key(public_jwk)
    header = {"alg": ALGORITHM, "enc": ENCRYPTION, **({"kid": key.kid} if key.kid else {})}
    return jwe.encrypt_compact(header, json.dumps(payload).encode(), key, algorithms=[ALGORITHM, ENCRYPTION])


def unseal(private_jwk: str, sealed: str) -> dict[str, Any]:
    """The payload that was sealed; raises CannotUnseal."""
    try:
        opened = jwe.decrypt_compact(sealed, _key(private_jwk), algorithms=[ALGORITHM, ENCRYPTION])
        payload = json.loads(opened.plaintext or b"null")
    except (JoseError, ValueError) as error:
        raise CannotUnseal(type(error).__name__) from error
    if not isinstance(payload, dict):
        raise CannotUnseal("no payload")
    return payload


def _key(jwk: str) -> OKPKey | ECKey:
    values = json.loads(jwk)
    return OKPKey.import_key(values) if values.get("kty") == "OKP" else ECKey.import_key(values)
