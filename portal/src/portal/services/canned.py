"""What the portal asks of the incidents service about SQP's canned answers."""

from __future__ import annotations

from uuid import UUID

from api.incidents.canned import (
    CannedAnswer,
    CannedAnswerCreate,
    CannedAnswerPatch,
    CannedAnswers,
    CannedUse,
    OfferedAnswers,
)
from portal.page_request import PageRequest
from portal.services.resource import Resource


async def every(page: PageRequest) -> CannedAnswers:
    return await page.get(CannedAnswers, "/canned-answers")


def one(page: PageRequest, identifier: UUID) -> Resource[CannedAnswer, CannedAnswerPatch]:
    return Resource(page, f"/canned-answers/{identifier}", CannedAnswer, CannedAnswerPatch)


async def create(page: PageRequest, answer: CannedAnswerCreate, key: str) -> None:
    await page.change("POST", "/canned-answers", answer, key=key)


async def delete(page: PageRequest, identifier: UUID, etag: str) -> None:
    await page.change("DELETE", f"/canned-answers/{identifier}", etag=etag)


async def offered(page: PageRequest, number: str) -> OfferedAnswers:
    """For this incident, filled from it."""
    return await page.get(OfferedAnswers, f"/incidents/{number}/canned-answers")


async def use(page: PageRequest, identifier: UUID, number: str) -> None:
    await page.change("POST", f"/canned-answers/{identifier}/uses", page.build(CannedUse, {"number": number}))
