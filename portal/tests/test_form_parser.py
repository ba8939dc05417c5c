"""Forms are read with bounds, their files handed on piece by piece, and what was typed survives a log-in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.types import Message

from portal import form_parser
from portal.form_parser import MAX_PLAIN_BYTES, Body, SentFile
from web.errors import BodyTooLarge, MalformedRequest, UnsupportedMediaType

BOUNDARY = "limite"


def request(pieces: Sequence[bytes], kind: str = f"multipart/form-data; boundary={BOUNDARY}") -> Request:
    waiting = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    waiting.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Message:
        return waiting.pop(0)

    headers = [(b"content-type", kind.encode())]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    named = f'; filename="{filename}"' if filename is not None else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def cut(body: bytes, size: int = 7) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


END = f"--{BOUNDARY}--\r\n".encode()


class Store:
    """Stands for the files service: keeps what it gets, or refuses after the first piece."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.kept: dict[str, bytes] = {}
        self._refuses = refuses

    async def take(self, name: str, pieces: AsyncIterator[bytes]) -> SentFile:
        content = b""
        async for piece in pieces:
            content += piece
            if self._refuses:
                return SentFile(name, refusal="non")
        self.kept[name] = content
        return SentFile(name)


def accept(_: FormData) -> None:
    """Every form has its token."""


async def test_fields_and_files_are_told_apart_wherever_the_body_is_cut() -> None:
    body = part("title", "Écran noir".encode()) + part("files", b"a\r\nb" * 50, "journal.log") + part("key", b"k") + END
    for size in (1, 7, 64, 4096):
        store = Store()
        read = await form_parser.read(request(cut(body, size)), store.take, accept)
        assert read.fields.multi_items() == [("title", "Écran noir"), ("key", "k")]
        assert store.kept == {"journal.log": b"a\r\nb" * 50}
        assert [file.name for file in read.files] == ["journal.log"]


async def test_a_file_input_that_was_left_alone_is_nothing() -> None:
    read = await form_parser.read(request([part("files", b"", "") + END]), Store().take, accept)
    assert read == Body(read.fields)
    assert not read.fields


async def test_a_refused_file_does_not_lose_the_fields_after_it() -> None:
    body = part("files", b"x" * 5000, "a.exe") + part("city", b"Lyon") + END
    read = await form_parser.read(request(cut(body, 100)), Store(refuses=True).take, accept)
    assert read.fields["city"] == "Lyon"
    assert [file.refusal for file in read.files] == ["non"]


async def test_a_form_without_its_token_stores_no_file() -> None:
    def refuse(fields: FormData) -> None:
        raise PermissionError(fields.get("csrf"))

    store = Store()
    body = part("csrf", b"faux") + part("files", b"x", "a.log") + END
    with pytest.raises(PermissionError, match="faux"):
        await form_parser.read(request([body]), store.take, refuse)
    assert not store.kept


async def test_a_body_without_end_is_malformed() -> None:
    with pytest.raises(MalformedRequest):
        await form_parser.read(request([part("title", b"x")]), Store().take, accept)


async def test_a_plain_form_is_bounded() -> None:
    kind = "application/x-www-form-urlencoded"
    pieces = [b"title=" + b"a" * 1000, b"&b=" + b"c" * MAX_PLAIN_BYTES]
    with pytest.raises(BodyTooLarge):
        await form_parser.read(request(pieces, kind), Store().take, accept)


async def test_what_was_typed_comes_back_as_it_was_without_secrets() -> None:
    typed = FormData([("serial_numbers", "A"), ("serial_numbers", "B"), ("title", 'É "x"'), ("csrf", "secret")])
    kept = form_parser.packed(Body(typed, (SentFile("photo.jpg"),)), without=["csrf"])
    assert "secret" not in kept
    back = form_parser.unpacked(kept)
    assert back.getlist("serial_numbers") == ["A", "B"]
    assert back["title"] == 'É "x"'
    assert back[form_parser.LOST_FILE_FIELD] == "photo.jpg"


@pytest.mark.parametrize("kept", ["", "{", "3", "[1]", '[["a"]]'])
def test_what_was_not_packed_here_is_malformed(kept: str) -> None:
    with pytest.raises(MalformedRequest):
        form_parser.unpacked(kept)


BARE = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="f"; filename=""\r\n\r\n\r\n'.encode()
HOSTILE = {
    "one field": [part("title", b"x" * form_parser.MAX_PLAIN_BYTES)],
    "many fields": [part(f"f{i}", b"x" * 4096) for i in range(form_parser.MAX_FIELDS - 1)],
    "a long name": [part("n" * form_parser.MAX_PLAIN_BYTES, b"x")],
    "file inputs left alone": [BARE] * 5000,
}


@pytest.mark.parametrize("pieces", HOSTILE.values(), ids=HOSTILE)
async def test_a_form_with_files_is_bounded_but_for_their_contents(pieces: list[bytes]) -> None:
    with pytest.raises((BodyTooLarge, MalformedRequest)):
        await form_parser.read(request(pieces), Store().take, accept)
    large = part("files", b"x" * 2 * form_parser.MAX_PLAIN_BYTES, "a.log")
    assert (await form_parser.read(request([large + END]), Store().take, accept)).files


async def test_files_are_taken_only_where_they_are_asked_for() -> None:
    with pytest.raises(UnsupportedMediaType):
        await form_parser.read(request([part("title", b"x") + END]), Store().take, accept, takes_files=False)


async def test_the_token_is_looked_at_as_soon_as_it_is_there() -> None:
    def refuse(_: FormData) -> None:
        raise PermissionError

    with pytest.raises(PermissionError):
        await form_parser.read(request([part("csrf", b"x") + part("title", b"x" * 4096)]), Store().take, refuse)


@pytest.mark.parametrize("letter", ["a", "é", "🙂", '"', "\\"])
async def test_what_is_kept_is_bounded_and_comes_back(letter: str) -> None:
    typed = FormData([("body", letter * 60_000), ("title", "Écran noir")])
    kept = form_parser.packed(Body(typed), without=[])
    assert len(kept.encode()) <= form_parser.MAX_KEPT_BYTES
    back = form_parser.unpacked(kept)
    assert back["title"] == "Écran noir"
    assert str(back["body"]).startswith(letter * 1000)


@pytest.mark.parametrize(
    "kept",
    [
        "[" * 40_000,
        '[["title", "\\ud800"]]',
        '[["\\udfffx", ""]]',
        '[["a", ' + "[" * 5000,
        '[["a", 1]]',
        '[["a", ' + "9" * 5000 + "]]",
        "[" + " " * 60_000,
    ],
)
def test_what_no_page_kept_is_malformed(kept: str) -> None:
    with pytest.raises(MalformedRequest):
        form_parser.unpacked(kept)
