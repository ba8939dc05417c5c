"""What the portal asks of the incidents service about SQP's canned answers and macros."""

from __future__ import annotations

from uuid import UUID

from api.incidents import IncidentState
from api.incidents.canned import (
    CannedAnswer,
    CannedAnswerCreate,
    CannedAnswerPatch,
    CannedAnswers,
    CannedUse,
    MacroApply,
    MacroPreview,
    OfferedAnswers,
)
from portal.api_client import Reply
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


async def preview(page: PageRequest, number: str, identifier: UUID, language: str) -> Reply[MacroPreview]:
    """What the macro would do on this incident now; ``language``: of its text."""
    return await page.read(MacroPreview, f"{_macro(number, identifier)}/preview", language=language)


async def apply(page: PageRequest, number: str, identifier: UUID, language: str, etag: str, key: str) -> IncidentState:
    """``etag``: of the preview that was read."""
    wanted = page.build(MacroApply, {"language": language})
    path = f"{_macro(number, identifier)}/apply"
    return (await page.send(IncidentState, "POST", path, wanted, etag=etag, key=key)).body


def _macro(number: str, identifier: UUID) -> str:
    return f"/incidents/{number}/canned-answers/{identifier}"
