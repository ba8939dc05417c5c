"""Files on their way to an incident: sent ahead by a script, or with the form where there is none."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from gateway.portal.backend import STREAMED, Refused, ServiceAway
from gateway.portal.bodies import MAX_FILE_BYTES, SentFile
from gateway.portal.translations import later
from gateway.portal.visit import Visit

IDS = "file_ids"
TOO_LARGE = later("Ce fichier est trop volumineux : 20 Mo au plus.")
BROKEN = later("L’envoi s’est interrompu. Vérifiez votre connexion, puis réessayez.")
# As browsers write a name into a header (HTML, "multipart form data").
ESCAPED = {'"': "%22", "\r": "%0D", "\n": "%0A"}


async def take(visit: Visit) -> tuple[list[dict[str, Any]], list[str]]:
    """The files of a form: those sent ahead (``file_ids``) and those that came with it (``files``), as the files
    service knows them; and a sentence for each that was refused. Nothing is lost when the form goes back: the answer
    shows the files again (``uploads.html``)."""
    kept = await known(visit, visit.fields(IDS))
    kept += [dict(sent.file) for sent in visit.sent if sent.file]
    refused = [f"{sent.name} : {sent.refusal}" for sent in visit.sent if sent.refusal]
    return kept, refused


async def known(visit: Visit, identifiers: Sequence[str]) -> list[dict[str, Any]]:
    """These files as the files service knows them, without those that are gone."""
    wanted = [identifier for identifier in dict.fromkeys(identifiers) if _is_id(identifier)]
    found = await asyncio.gather(*(_known(visit, identifier) for identifier in wanted))
    return [file for file in found if file]


async def _known(visit: Visit, identifier: str) -> Any:
    try:
        return await visit.get(f"/files/{identifier}")
    except Refused:
        return None
    except ServiceAway:
        return {"id": identifier, "name": visit.gettext("Fichier joint"), "size": None}


async def forward(visit: Visit, name: str, pieces: AsyncIterator[bytes]) -> SentFile:
    """Hands a file on to the files service while it still comes in."""
    boundary = secrets.token_hex(16)
    passing = _Passing(name, pieces, boundary)
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    try:
        answer = await visit.ask("POST", "/files", data=passing.body(), headers=headers, timeout=STREAMED)
    except Refused as refused:
        return SentFile(name, refusal=refused.title)
    except ServiceAway:
        return SentFile(name, refusal=visit.gettext(TOO_LARGE if passing.is_too_large else BROKEN))
    return SentFile(name, file=answer.body)


class _TooLarge(Exception):
    pass


class _Passing:
    def __init__(self, name: str, pieces: AsyncIterator[bytes], boundary: str) -> None:
        self._name = "".join(ESCAPED.get(character, character) for character in name)
        self._pieces = pieces
        self._boundary = boundary
        self.is_too_large = False

    async def body(self) -> AsyncIterator[bytes]:
        """The one part that the files service takes. Breaks off at the first byte too many."""
        disposition = f'Content-Disposition: form-data; name="file"; filename="{self._name}"'
        yield f"--{self._boundary}\r\n{disposition}\r\n\r\n".encode()
        size = 0
        async for piece in self._pieces:
            size += len(piece)
            self.is_too_large = size > MAX_FILE_BYTES
            if self.is_too_large:
                raise _TooLarge
            yield piece
        yield f"\r\n--{self._boundary}--\r\n".encode()


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True
