"""The body of a form, read with bounds. Files in it go on to the files service piece by piece; none is held whole."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException
from starlette.requests import Request

from chassis.errors import BodyTooLarge, MalformedRequest
from gateway.errors import RequestTimeout

MIB = 1024 * 1024
MAX_FIELDS = 400
MAX_FIELD_BYTES = MIB
MAX_FILES = 20
MAX_FILE_BYTES = 20 * MIB
# Fields alone; and fields with as many files as an incident takes, each as large as it may be.
MAX_PLAIN_BYTES = 2 * MIB
MAX_BYTES = MAX_FILES * MAX_FILE_BYTES + MAX_PLAIN_BYTES
IDLE_SECONDS = 60.0

KEPT_FIELD = "kept"
LOST_FILE_FIELD = "lost_file"


@dataclass(frozen=True)
class SentFile:
    """A file that came with a form: as the files service knows it, or ``refusal``, the sentence that says why not."""

    name: str
    file: Mapping[str, Any] | None = None
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


async def read(request: Request, forward: Forward, check: Check) -> Body:
    """Raises BodyTooLarge, MalformedRequest, RequestTimeout, whatever ``check`` raises, and Starlette's
    ClientDisconnect."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    try:
        if kind == b"multipart/form-data":
            multipart = _Multipart(options.get(b"boundary", b""), forward, check)
            return await multipart.read(_pieces(request, MAX_BYTES))
        fields = await _urlencoded(request) if kind == b"application/x-www-form-urlencoded" else FormData()
    except (FormParserError, MultiPartException, UnicodeDecodeError) as error:
        raise MalformedRequest from error
    check(fields)
    return Body(fields)


def packed(body: Body, *, without: Iterable[str]) -> str:
    """What was typed, as one field's value that a page in between carries along."""
    dropped = frozenset(without)
    pairs = [(name, value) for name, value in body.fields.multi_items() if name not in dropped]
    lost = [(LOST_FILE_FIELD, file.name) for file in body.files]
    return json.dumps([*pairs, *lost], ensure_ascii=False)


def unpacked(kept: str) -> FormData:
    """Raises MalformedRequest for what :func:`packed` did not write."""
    try:
        return FormData([(str(name), str(value)) for name, value in json.loads(kept)])
    except (ValueError, TypeError) as error:
        raise MalformedRequest from error


def unchecked(_fields: FormData) -> None:
    """For a form that is only carried along."""


async def nowhere(name: str, pieces: AsyncIterator[bytes]) -> SentFile:
    """For a form from nobody: its fields are kept, its files cannot be."""
    async for _ in pieces:
        pass
    return SentFile(name)


async def _urlencoded(request: Request) -> FormData:
    pieces = _pieces(request, MAX_PLAIN_BYTES)
    parser = FormParser(request.headers, pieces, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES)
    return await parser.parse()


async def _pieces(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    size = 0
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                piece = await anext(stream, None)
        except TimeoutError as error:
            raise RequestTimeout(headers={"Connection": "close"}) from error
        if piece is None:
            return
        size += len(piece)
        if size > limit:
            raise BodyTooLarge(limit=limit, headers={"Connection": "close"})
        yield piece


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
        # A refusal may come before the end: what still arrives is taken in, so that the rest of the form is read.
        async for _ in self._coming():
            pass
        return sent

    async def _coming(self) -> AsyncIterator[bytes]:
        while not self._ended:
            piece = await self._pieces.get()
            self._ended = piece is None
            if piece is not None:
                yield piece


@dataclass(frozen=True)
class _Part:
    """``filename`` is None for a field, empty for a file input that was left alone."""

    name: str
    filename: str | None


class _Multipart:
    """A multipart/form-data body. The parser's callbacks note what they met; :meth:`read` acts on it in order."""

    def __init__(self, boundary: bytes, forward: Forward, check: Check) -> None:
        if not boundary:
            raise MalformedRequest
        self._forward = forward
        self._check = check
        self._fields: Fields = []
        self._files: list[SentFile] = []
        self._outgoing: _Outgoing | None = None
        self._part = _Part("", None)
        self._value = bytearray()
        self._is_checked = False
        self._notes = _Notes()
        self._parser = self._notes.parser(boundary)

    async def read(self, pieces: AsyncIterator[bytes]) -> Body:
        try:
            async for piece in pieces:
                self._parser.write(piece)
                for met in self._notes.taken():
                    await self._act(met)
        finally:
            if self._outgoing is not None:
                self._outgoing.cancel()
        if not self._notes.is_complete:
            raise MalformedRequest
        self._require_check()
        return Body(FormData(self._fields), tuple(self._files))

    async def _act(self, met: _Part | bytes | None) -> None:
        if isinstance(met, _Part):
            self._begin(met)
        elif met is None:
            await self._finish()
        elif self._outgoing is not None:
            await self._outgoing.write(met)
        else:
            self._value += met
            if len(self._value) > MAX_FIELD_BYTES:
                raise MalformedRequest

    def _begin(self, part: _Part) -> None:
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
        if len(self._fields) > MAX_FIELDS or len(self._files) > MAX_FILES:
            raise MalformedRequest

    def _require_check(self) -> None:
        if not self._is_checked:
            self._check(FormData(self._fields))
            self._is_checked = True


class _Notes:
    """What the parser met since it was last asked: a part, pieces of its content, its end (None)."""

    def __init__(self) -> None:
        self._met: list[_Part | bytes | None] = []
        self._name = bytearray()
        self._value = bytearray()
        self._disposition = b""
        self.is_complete = False

    def parser(self, boundary: bytes) -> MultipartParser:
        return MultipartParser(
            boundary,
            {
                "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": lambda data, start, end: self._met.append(bytes(data[start:end])),
                "on_part_end": lambda: self._met.append(None),
                "on_end": self._end,
            },
        )

    def taken(self) -> list[_Part | bytes | None]:
        met, self._met = self._met, []
        return met

    def _header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._name, self._value = bytearray(), bytearray()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        if b"name" not in options:
            raise MalformedRequest
        filename = options.get(b"filename")
        # Browsers escape the quotation mark and line ends alone.
        name = None if filename is None else filename.decode().replace("%22", '"').replace("%0D%0A", " ")
        self._met.append(_Part(options[b"name"].decode(), name))

    def _end(self) -> None:
        self.is_complete = True
