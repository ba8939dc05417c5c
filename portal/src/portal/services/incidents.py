"""What the portal asks of the incidents service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote
from uuid import UUID

from api.incidents import (
    DeclarationChoices,
    FilesCreate,
    History,
    Incident,
    IncidentCreate,
    IncidentPage,
    IncidentState,
    Message,
    MessageCreate,
    OfferedAddresses,
    PendingMessages,
    SharingPut,
    StatusChange,
)
from api.incidents.drafts import Draft, DraftPut, MessageDraft, MessageDraftPut
from api.incidents.promises import ClosureCreate, ClosuresAdded, PromiseSettings, PromiseSettingsPatch
from api.incidents.texts import TextPage, TextPart
from portal.api_client import Parameter, Reply
from portal.page_request import PageRequest
from portal.services.resource import Resource
from web.schemas import Page


async def find(page: PageRequest, **parameters: Parameter) -> IncidentPage:
    return await page.get(IncidentPage, "/incidents", **parameters)


async def texts(page: PageRequest, q: str, part: TextPart, **place: Parameter) -> TextPage:
    """What is written on incidents, or files, that hold the words."""
    return await page.get(TextPage, "/incidents/texts", q=q, part=part, **place)


async def get(page: PageRequest, number: str) -> Incident:
    return (await read(page, number)).body


async def read(page: PageRequest, number: str) -> Reply[Incident]:
    return await page.read(Incident, f"/incidents/{number}")


async def history(page: PageRequest, number: str) -> History:
    return await page.get(History, f"/incidents/{number}/history")


async def declare(page: PageRequest, incident: IncidentCreate, key: str) -> IncidentState:
    return (await page.send(IncidentState, "POST", "/incidents", incident, key=key)).body


async def change_status(page: PageRequest, number: str, change: StatusChange, etag: str) -> IncidentState:
    return (await page.send(IncidentState, "POST", f"/incidents/{number}/status", change, etag=etag)).body


async def share(page: PageRequest, number: str, sharing: SharingPut, etag: str) -> None:
    await page.change("PUT", f"/incidents/{number}/sharing", sharing, etag=etag)


async def messages(page: PageRequest, number: str, thread: str, **place: Parameter) -> Reply[Page[Message]]:
    """Newest first, with the thread's tag."""
    return await page.read(Page[Message], f"/incidents/{number}/messages", thread=thread, **place)


async def post(
    page: PageRequest, number: str, thread: str, message: MessageCreate, key: str, seen: str, *, undoable: bool
) -> None:
    """``seen``: the thread's tag as it was read last, or empty for a message that nothing stops. ``undoable``: it waits
    for a moment in which it may be taken back."""
    path = f"/incidents/{number}/messages?thread={thread}{'&undoable=true' if undoable else ''}"
    await page.change("POST", path, message, key=key, etag=seen)


async def pending(page: PageRequest, number: str, thread: str) -> PendingMessages:
    """One's own that wait, or could not leave."""
    return await page.get(PendingMessages, f"/incidents/{number}/pending-messages", thread=thread)


async def undo(page: PageRequest, number: str, message_id: UUID) -> None:
    await page.change("DELETE", f"/incidents/{number}/pending-messages/{message_id}")


async def message_draft(page: PageRequest, number: str, thread: str) -> MessageDraft:
    return await page.get(MessageDraft, f"/incidents/{number}/draft", thread=thread)


async def keep_message_draft(page: PageRequest, number: str, thread: str, content: Mapping[str, object]) -> None:
    await page.keep(MessageDraftPut, f"/incidents/{number}/draft?thread={thread}", {"content": content})


async def discard_message_draft(page: PageRequest, number: str, thread: str) -> None:
    await page.change("DELETE", f"/incidents/{number}/draft?thread={thread}")


async def attach(page: PageRequest, number: str, files: Sequence[str]) -> None:
    """To the declaration."""
    body = page.build(FilesCreate, {"file_ids": files, "scope": "declaration"})
    await page.change("POST", f"/incidents/{number}/files", body)


async def detach(page: PageRequest, number: str, file: str) -> None:
    await page.change("DELETE", f"/incidents/{number}/files/{file}")


async def choices(page: PageRequest, contract: str) -> DeclarationChoices:
    """What a declaration on the contract may say, in the person's language, and what it is promised."""
    return await page.get(DeclarationChoices, "/incidents/choices", contract=contract)


def promise_settings(page: PageRequest) -> Resource[PromiseSettings, PromiseSettingsPatch]:
    """SQP's own."""
    return Resource(page, "/promise-settings", PromiseSettings, PromiseSettingsPatch)


async def add_closures(page: PageRequest, closure: ClosureCreate, key: str) -> ClosuresAdded:
    return (await page.send(ClosuresAdded, "POST", "/promise-settings/closures", closure, key=key)).body


async def remove_closure(page: PageRequest, day: str) -> None:
    """``day`` in ISO 8601."""
    await page.change("DELETE", f"/promise-settings/closures/{quote(day, safe='')}")


async def delivery_addresses(page: PageRequest, contract: str) -> OfferedAddresses:
    return await page.get(OfferedAddresses, "/delivery-addresses", contract=contract)


async def draft(page: PageRequest, identifier: UUID) -> Draft:
    return await page.get(Draft, f"/incident-drafts/{identifier}")


async def keep_draft(page: PageRequest, identifier: UUID, draft: Mapping[str, object]) -> None:
    """``draft`` as a DraftPut has it."""
    await page.keep(DraftPut, f"/incident-drafts/{identifier}", draft)


async def discard_draft(page: PageRequest, identifier: UUID) -> None:
    await page.change("DELETE", f"/incident-drafts/{identifier}")
