"""What is sealed to one key is read with that key alone."""

from __future__ import annotations

import json

import pytest
from joserfc.jwk import ECKey, OKPKey

from web.auth.sealing import CannotUnseal, seal, unseal

PAYLOAD = {"token": "s3cret-token", "expires_at": "2026-05-20T12:00:00+00:00"}


def pair(key: OKPKey | ECKey) -> tuple[str, str]:
    return json.dumps(key.as_dict(private=False)), json.dumps(key.as_dict(private=True))


@pytest.mark.parametrize("key", [OKPKey.generate_key("X25519", {"kid": "a"}), ECKey.generate_key("P-256")])
def test_the_private_key_opens_what_the_public_one_sealed(key: OKPKey | ECKey) -> None:
    public, private = pair(key)
    sealed = seal(public, PAYLOAD)
    assert "s3cret" not in sealed
    assert unseal(private, sealed) == PAYLOAD


def test_another_key_a_changed_byte_and_rubbish_open_nothing() -> None:
    public, private = pair(OKPKey.generate_key("X25519"))
    _, other = pair(OKPKey.generate_key("X25519"))
    sealed = seal(public, PAYLOAD)
    changed = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    for key, text in ((other, sealed), (private, changed), (private, "rubbish"), (private, "a.b.c.d.e"), (private, "")):
        with pytest.raises(CannotUnseal):
            unseal(key, text)


def test_the_public_key_opens_nothing() -> None:
    public, _ = pair(OKPKey.generate_key("X25519"))
    with pytest.raises(CannotUnseal):
        unseal(public, seal(public, PAYLOAD))
