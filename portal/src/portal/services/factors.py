"""What the portal asks of the identity service about a person's second factors."""

from __future__ import annotations

from uuid import UUID

from api.identity.factors import (
    Enrolment,
    EnrolmentCode,
    Factors,
    PasskeyAdd,
    PasskeyOptions,
    Proof,
    RecoveryCodes,
    Rescue,
    RescueAsk,
    Rescues,
)
from api.identity.organisations import SecondFactorRule
from portal.page_request import PageRequest


async def own(page: PageRequest) -> Factors:
    return await page.get(Factors, "/auth/factors")


async def prove(page: PageRequest, proof: Proof) -> None:
    await page.change("POST", "/auth/proof", proof)


async def begin(page: PageRequest) -> Enrolment:
    return (await page.send(Enrolment, "POST", "/auth/factors/application")).body


async def confirm(page: PageRequest, code: EnrolmentCode) -> RecoveryCodes:
    return (await page.send(RecoveryCodes, "POST", "/auth/factors/application/confirm", code)).body


async def require(page: PageRequest, rule: SecondFactorRule) -> None:
    """Of all people of one's own organisation, or of none."""
    await page.change("PUT", "/organisation/second-factor", rule)


async def reset(page: PageRequest, user: UUID) -> None:
    """A colleague's."""
    await page.change("DELETE", f"/users/{user}/factors")


async def begin_proof(page: PageRequest) -> PasskeyOptions:
    """For a passkey to prove with."""
    return (await page.send(PasskeyOptions, "POST", "/auth/proof/passkey")).body


async def begin_passkey(page: PageRequest) -> PasskeyOptions:
    return (await page.send(PasskeyOptions, "POST", "/auth/factors/passkeys/options")).body


async def add_passkey(page: PageRequest, added: PasskeyAdd) -> RecoveryCodes:
    return (await page.send(RecoveryCodes, "POST", "/auth/factors/passkeys", added)).body


async def remove_passkey(page: PageRequest, passkey: UUID) -> None:
    await page.change("DELETE", f"/auth/factors/passkeys/{passkey}")


async def rescues(page: PageRequest) -> list[Rescue]:
    """Those that wait for a second person of SQP."""
    return (await page.get(Rescues, "/rescues")).items


async def ask_for_rescue(page: PageRequest, asked: RescueAsk, key: str) -> None:
    await page.change("POST", "/rescues", asked, key=key)


async def decide_rescue(page: PageRequest, rescue: UUID, what: str) -> None:
    """``what`` is ``confirm`` or ``refuse``."""
    await page.change("POST", f"/rescues/{rescue}/{what}")


async def remove_application(page: PageRequest) -> None:
    await page.change("DELETE", "/auth/factors/application")


async def renew_recovery_codes(page: PageRequest) -> RecoveryCodes:
    return (await page.send(RecoveryCodes, "POST", "/auth/factors/recovery-codes")).body
