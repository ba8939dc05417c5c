"""Forms are read with bounds, their files handed on piece by piece, and what was typed survives a log-in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.types import Message

from chassis.errors import BodyTooLarge, MalformedRequest
from gateway.portal import bodies
from gateway.portal.bodies import MAX_PLAIN_BYTES, Body, SentFile

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
        return SentFile(name, file={"id": name})


def accept(_: FormData) -> None:
    """Every form has its token."""


async def test_fields_and_files_are_told_apart_wherever_the_body_is_cut() -> None:
    body = part("title", "Écran noir".encode()) + part("files", b"a\r\nb" * 50, "journal.log") + part("key", b"k") + END
    for size in (1, 7, 64, 4096):
        store = Store()
        read = await bodies.read(request(cut(body, size)), store.take, accept)
        assert read.fields.multi_items() == [("title", "Écran noir"), ("key", "k")]
        assert store.kept == {"journal.log": b"a\r\nb" * 50}
        assert [file.name for file in read.files] == ["journal.log"]


async def test_a_file_input_that_was_left_alone_is_nothing() -> None:
    read = await bodies.read(request([part("files", b"", "") + END]), Store().take, accept)
    assert read == Body(read.fields)
    assert not read.fields


async def test_a_refused_file_does_not_lose_the_fields_after_it() -> None:
    body = part("files", b"x" * 5000, "a.exe") + part("city", b"Lyon") + END
    read = await bodies.read(request(cut(body, 100)), Store(refuses=True).take, accept)
    assert read.fields["city"] == "Lyon"
    assert [file.refusal for file in read.files] == ["non"]


async def test_a_form_without_its_token_stores_no_file() -> None:
    def refuse(fields: FormData) -> None:
        raise PermissionError(fields.get("csrf"))

    store = Store()
    body = part("csrf", b"faux") + part("files", b"x", "a.log") + END
    with pytest.raises(PermissionError, match="faux"):
        await bodies.read(request([body]), store.take, refuse)
    assert not store.kept


async def test_a_body_without_end_is_malformed() -> None:
    with pytest.raises(MalformedRequest):
        await bodies.read(request([part("title", b"x")]), Store().take, accept)


async def test_a_plain_form_is_bounded() -> None:
    kind = "application/x-www-form-urlencoded"
    pieces = [b"title=" + b"a" * 1000, b"&b=" + b"c" * MAX_PLAIN_BYTES]
    with pytest.raises(BodyTooLarge):
        await bodies.read(request(pieces, kind), Store().take, accept)


async def test_what_was_typed_comes_back_as_it_was_without_secrets() -> None:
    typed = FormData([("serial_numbers", "A"), ("serial_numbers", "B"), ("title", 'É "x"'), ("csrf", "secret")])
    kept = bodies.packed(Body(typed, (SentFile("photo.jpg"),)), without=["csrf"])
    assert "secret" not in kept
    back = bodies.unpacked(kept)
    assert back.getlist("serial_numbers") == ["A", "B"]
    assert back["title"] == 'É "x"'
    assert back[bodies.LOST_FILE_FIELD] == "photo.jpg"


@pytest.mark.parametrize("kept", ["", "{", "3", "[1]", '[["a"]]'])
def test_what_was_not_packed_here_is_malformed(kept: str) -> None:
    with pytest.raises(MalformedRequest):
        bodies.unpacked(kept)
