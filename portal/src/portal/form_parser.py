"""The body of a form, read with bounds. Files in it go on to the files service piece by piece; none is held whole."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException
from starlette.requests import Request

from api.files import File
from events.files import MAX_FILE_BYTES
from web.errors import BodyTooLarge, MalformedRequest, UnsupportedMediaType
from web.http.multipart import MalformedMultipart, Met, MultipartReader, Part
from web.http.proxy.errors import RequestTimeout

KIB = 1024
MIB = 1024 * KIB
MAX_FIELDS = 400
# The longest text has 10,000 characters: 40 KiB, and three times as much where each byte is written as %XX.
MAX_FIELD_BYTES = 128 * KIB
# What a form holds in memory: all but the contents of its files. Two hundred of them are some 100 MiB.
MAX_PLAIN_BYTES = 192 * KIB
MAX_FILES = 20
MAX_BYTES = MAX_FILES * MAX_FILE_BYTES + MAX_PLAIN_BYTES
# A form that one page carries along to another, so that even with each byte as %XX it fits into a form.
MAX_KEPT_BYTES = 48 * KIB
# So much goes through the parser before other requests have their turn: a few milliseconds of the worst of it.
SLICE = 8 * KIB
# A body may arrive slowly: at most so many seconds without a byte, and at least so many bytes a second in all.
IDLE_SECONDS = 60.0
MIN_RATE = KIB

CLOSE = {"Connection": "close"}
CSRF_FIELD = "csrf"
KEPT_FIELD = "kept"
LOST_FILE_FIELD = "lost_file"


@dataclass(frozen=True)
class SentFile:
    """A file that came with a form: as the files service knows it, or ``refusal``, the sentence that says why not."""

    name: str
    file: File | None = None
    refusal: str = ""


Fields = list[tuple[str, str | UploadFile]]
# Sends one file on, by its name and its pieces.
Forward = Callable[[str, AsyncIterator[bytes]], Awaitable[SentFile]]
# Looks at the fields that came before a file: a form without its token must not store anything.
Check = Callable[[FormData], None]


@dataclass(frozen=True)
class Body:
    fields: FormData
    files: tuple[SentFile, ...] = ()


async def read(request: Request, forward: Forward, check: Check, *, takes_files: bool = True) -> Body:
    """Raises BodyTooLarge, MalformedRequest, UnsupportedMediaType (a form with files where none are asked for),
    RequestTimeout, whatever ``check`` raises, and Starlette's ClientDisconnect."""
    content_type = request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            if not takes_files:
                raise UnsupportedMediaType(headers=CLOSE)
            return await _Multipart(content_type, forward, check).read(_pieces(request, MAX_BYTES))
        fields = await _urlencoded(request) if kind == "application/x-www-form-urlencoded" else FormData()
    except (MalformedMultipart, FormParserError, MultiPartException, UnicodeDecodeError) as error:
        raise MalformedRequest from error
    check(fields)
    return Body(fields)


def packed(body: Body, *, without: Iterable[str]) -> str:
    """What was typed, as one field's value that a page in between carries along."""
    dropped = frozenset(without)
    pairs = [(name, value) for name, value in body.fields.multi_items() if name not in dropped]
    lost = [(LOST_FILE_FIELD, file.name) for file in body.files]
    return _dumped([*pairs, *lost])


def _dumped(pairs: list[tuple[str, str | UploadFile]]) -> str:
    """Cut to what may be carried: the longest values lose their ends."""
    texts = [(name, value) for name, value in pairs if isinstance(value, str)]
    written = json.dumps(texts, ensure_ascii=False)
    longest = max((len(value) for _, value in texts), default=0)
    while len(written.encode(errors="replace")) > MAX_KEPT_BYTES and longest:
        longest //= 2
        texts = [(name, value[:longest]) for name, value in texts]
        written = json.dumps(texts, ensure_ascii=False)
    return written if longest or len(written) <= MAX_KEPT_BYTES else "[]"


def unpacked(kept: str) -> FormData:
    """Raises MalformedRequest for what :func:`packed` did not write."""
    if len(kept) > MAX_KEPT_BYTES:
        raise MalformedRequest
    try:
        pairs = [(name, value) for name, value in json.loads(kept)]
        # All of it text, which half a surrogate pair is not: no page can show one.
        "".join(part for pair in pairs for part in pair).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise MalformedRequest from error
    if len(pairs) > MAX_FIELDS:
        raise MalformedRequest
    return FormData(pairs)


def unchecked(_fields: FormData) -> None:
    """For a form that is only carried along."""


async def nowhere(name: str, pieces: AsyncIterator[bytes]) -> SentFile:
    """Discards the files of a form whose sender is not logged in; its fields are kept."""
    async for _ in pieces:
        pass
    return SentFile(name)


async def _urlencoded(request: Request) -> FormData:
    pieces = _pieces(request, MAX_PLAIN_BYTES)
    parser = FormParser(request.headers, pieces, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES)
    return await parser.parse()


async def _pieces(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    _check_length(request, limit)
    size, began = 0, asyncio.get_running_loop().time()
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout_at(began + IDLE_SECONDS + size / MIN_RATE):
                piece = await anext(stream, None)
        except TimeoutError as error:
            raise RequestTimeout(headers=CLOSE) from error
        if piece is None:
            return
        size += len(piece)
        if size > limit:
            raise BodyTooLarge(limit=limit, headers=CLOSE)
        for start in range(0, len(piece), SLICE):
            yield piece[start : start + SLICE]
            await asyncio.sleep(0)


def _check_length(request: Request, limit: int) -> None:
    """Refuses a declared length above the limit at once. The gateway has checked that a length consists of digits."""
    length = request.headers.get("content-length", "0").lstrip("0")
    if len(length) > len(str(limit)) or int(length or 0) > limit:
        raise BodyTooLarge(limit=limit, headers=CLOSE)


class _Outgoing:
    """One file on its way out while the form is still coming in."""

    def __init__(self, name: str, forward: Forward) -> None:
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=4)
        self._ended = False
        self._task = asyncio.create_task(self._send(name, forward))

    async def write(self, piece: bytes) -> None:
        await self._pieces.put(piece)

    async def finish(self) -> SentFile:
        await self._pieces.put(None)
        return await self._task

    def cancel(self) -> None:
        self._task.cancel()

    async def _send(self, name: str, forward: Forward) -> SentFile:
        sent = await forward(name, self._coming())
        # The service may refuse before the file's end. The rest is read and dropped, so that the form's other parts are
        # parsed.
        async for _ in self._coming():
            pass
        return sent

    async def _coming(self) -> AsyncIterator[bytes]:
        while not self._ended:
            piece = await self._pieces.get()
            self._ended = piece is None
            if piece is not None:
                yield piece


class _Multipart:
    """A form with files, acted on part by part as it comes in."""

    def __init__(self, content_type: str, forward: Forward, check: Check) -> None:
        self._forward = forward
        self._check = check
        self._fields: Fields = []
        self._files: list[SentFile] = []
        self._outgoing: _Outgoing | None = None
        self._part = Part("", None)
        self._value = bytearray()
        self._is_checked = False
        # Bytes of files, which are not held.
        self._passed_on = 0
        self._reader = MultipartReader(content_type)

    async def read(self, pieces: AsyncIterator[bytes]) -> Body:
        received = 0
        try:
            async for piece in pieces:
                for met in self._reader.feed(piece):
                    await self._act(met)
                received += len(piece)
                if received - self._passed_on > MAX_PLAIN_BYTES:
                    raise BodyTooLarge(limit=MAX_PLAIN_BYTES, headers=CLOSE)
        finally:
            if self._outgoing is not None:
                self._outgoing.cancel()
        if not self._reader.is_complete:
            raise MalformedRequest
        self._require_check()
        return Body(FormData(self._fields), tuple(self._files))

    async def _act(self, met: Met) -> None:
        if isinstance(met, Part):
            self._begin(met)
        elif met is None:
            await self._finish()
        elif self._outgoing is not None:
            self._passed_on += len(met)
            await self._outgoing.write(met)
        else:
            self._value += met
            if len(self._value) > MAX_FIELD_BYTES:
                raise MalformedRequest

    def _begin(self, part: Part) -> None:
        self._part, self._value = part, bytearray()
        if part.filename:
            self._require_check()
            self._outgoing = _Outgoing(part.filename, self._forward)

    async def _finish(self) -> None:
        if self._outgoing is not None:
            self._files.append(await self._outgoing.finish())
            self._outgoing = None
        elif self._part.filename is None:
            self._fields.append((self._part.name, self._value.decode()))
            if self._part.name == CSRF_FIELD:
                self._require_check()
        if len(self._fields) > MAX_FIELDS or len(self._files) > MAX_FILES:
            raise MalformedRequest

    def _require_check(self) -> None:
        if not self._is_checked:
            self._check(FormData(self._fields))
            self._is_checked = True
