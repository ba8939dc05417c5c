"""Files on their way to an incident: sent ahead by a script, or with the form where there is none."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from api.files import File
from events.files import MAX_FILE_BYTES
from portal.api_client import ApiRefused, ServiceUnavailable
from portal.form_parser import LOST_FILE_FIELD, MAX_FILES, MIB, SentFile
from portal.identifiers import is_id
from portal.page_request import PageRequest
from portal.services import files
from portal.translations import N_

IDS = "file_ids"
TOO_LARGE = N_("Ce fichier est trop volumineux : %(megabytes)s Mo au plus.")
BROKEN = N_("L’envoi s’est interrompu. Vérifiez votre connexion, puis réessayez.")
GONE = N_("Un fichier n’est plus disponible : joignez-le de nouveau.")
TO_SEND_AGAIN = N_("%(name)s : à joindre de nouveau.")
# As browsers write a name into a header (HTML, "multipart form data").
ESCAPED = {'"': "%22", "\r": "%0D", "\n": "%0A"}


@dataclass(frozen=True)
class UploadedFile:
    """``size`` in bytes, None while the files service is away."""

    id: str
    name: str
    size: int | None

    @classmethod
    def of(cls, file: File) -> UploadedFile:
        return cls(str(file.id), file.name, file.size)


async def take(visit: PageRequest) -> tuple[list[UploadedFile], list[str]]:
    """The files of a form: those sent ahead (``file_ids``) and those that came with it (``files``), as the files
    service knows them; and a sentence for each that was refused. Nothing is lost when the form goes back: the answer
    shows the files again (``uploads.html``)."""
    wanted = dict.fromkeys(visit.fields(IDS))
    kept = await known(visit, list(wanted))
    refused = [visit.gettext(GONE)] if len(kept) < len(wanted) else []
    kept += [UploadedFile.of(sent.file) for sent in visit.sent if sent.file]
    refused += [f"{sent.name} : {sent.refusal}" for sent in visit.sent if sent.refusal]
    refused += [visit.gettext(TO_SEND_AGAIN) % {"name": name} for name in visit.fields(LOST_FILE_FIELD)]
    return kept, refused


async def known(visit: PageRequest, identifiers: Sequence[str]) -> list[UploadedFile]:
    """These files as the files service knows them, without those that are gone. No form may name more than are looked
    at."""
    wanted = [identifier for identifier in dict.fromkeys(identifiers) if is_id(identifier)][:MAX_FILES]
    found = await asyncio.gather(*(_known(visit, identifier) for identifier in wanted))
    return [file for file in found if file]


async def _known(visit: PageRequest, identifier: str) -> UploadedFile | None:
    try:
        return UploadedFile.of(await files.get(visit, identifier))
    except ApiRefused:
        return None
    except ServiceUnavailable:
        return UploadedFile(identifier, visit.gettext("Fichier joint"), None)


async def forward(visit: PageRequest, name: str, pieces: AsyncIterator[bytes]) -> SentFile:
    """Hands a file on to the files service while it still comes in."""
    boundary = secrets.token_hex(16)
    passing = _Passing(name, pieces, boundary)
    try:
        file = await files.upload(visit, passing.body(), f"multipart/form-data; boundary={boundary}")
    except ApiRefused as refused:
        return SentFile(name, refusal=refused.title)
    except ServiceUnavailable:
        too_large = visit.gettext(TOO_LARGE) % {"megabytes": MAX_FILE_BYTES // MIB}
        return SentFile(name, refusal=too_large if passing.is_too_large else visit.gettext(BROKEN))
    return SentFile(name, file=file)


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
