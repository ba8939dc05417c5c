"""What the portal asks of the identity service about a person's second factors."""

from __future__ import annotations

from api.identity.factors import Enrolment, EnrolmentCode, Factors, Proof, RecoveryCodes
from portal.page_request import PageRequest


async def own(page: PageRequest) -> Factors:
    return await page.get(Factors, "/auth/factors")


async def prove(page: PageRequest, proof: Proof) -> None:
    await page.change("POST", "/auth/proof", proof)


async def begin(page: PageRequest) -> Enrolment:
    return (await page.send(Enrolment, "POST", "/auth/factors/application")).body


async def confirm(page: PageRequest, code: EnrolmentCode) -> RecoveryCodes:
    return (await page.send(RecoveryCodes, "POST", "/auth/factors/application/confirm", code)).body


async def remove_application(page: PageRequest) -> None:
    await page.change("DELETE", "/auth/factors/application")


async def renew_recovery_codes(page: PageRequest) -> RecoveryCodes:
    return (await page.send(RecoveryCodes, "POST", "/auth/factors/recovery-codes")).body
