"""Codes of authenticator applications (RFC 6238), and recovery codes."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

import pyotp
from pyotp.exceptions import OTPVerificationError

from web.auth import opaque

ISSUER = "SQP"
# A code of the step before or after is taken, too: clocks differ, and people type slowly.
WINDOW = 1
RECOVERY_CODES = 10
# Without letters that look like digits: 16 of these 32 are 80 bits, enough for a plain digest.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
GROUPS, GROUP = 4, 4


def secret() -> str:
    """160 bits, in base 32."""
    return pyotp.random_base32()


def uri(of: str, login: str) -> str:
    """What the QR code says."""
    return pyotp.TOTP(of).provisioning_uri(name=login, issuer_name=ISSUER)


def step(of: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is; None for a wrong one."""
    try:
        return pyotp.TOTP(of).verify_and_get_timecode(code, for_time=now, valid_window=WINDOW)
    except OTPVerificationError:
        return None


def recovery_codes() -> list[str]:
    return ["-".join(_group() for _ in range(GROUPS)) for _ in range(RECOVERY_CODES)]


def digest(recovery_code: str) -> str:
    """Of the code as it was shown, or typed with other spaces, dashes and cases."""
    return opaque.digest(plain(recovery_code).upper())


def is_of_application(code: str) -> bool:
    return re.fullmatch(r"[0-9]{6}", code) is not None


def plain(typed: str) -> str:
    """Without what people put between the characters."""
    return re.sub(r"[\s-]", "", typed)


def _group() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(GROUP))
