"""Secrets that identity itself must read again, encrypted with a key that is not in the database (JWE)."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any, Literal

from joserfc import jwe
from joserfc.jwk import OctKey

from identity.settings import Settings

# Each purpose has a key of its own.
Purpose = Literal["identity signing keys", "identity second factors"]
ALGORITHMS = ["dir", "A256GCM"]


def seal(settings: Settings, purpose: Purpose, secret: Any) -> str:
    """``secret`` is whatever JSON holds."""
    header = {"alg": "dir", "enc": "A256GCM"}
    return jwe.encrypt_compact(header, json.dumps(secret).encode(), _key(settings, purpose), algorithms=ALGORITHMS)


def unseal(settings: Settings, purpose: Purpose, sealed: str) -> Any:
    opened = jwe.decrypt_compact(sealed, _key(settings, purpose), algorithms=ALGORITHMS)
    return json.loads(opened.plaintext or b"")


def _key(settings: Settings, purpose: Purpose) -> OctKey:
    secret = settings.key_encryption_secret.get_secret_value().encode()
    return OctKey.import_key(hmac.new(secret, purpose.encode(), hashlib.sha256).digest())
