"""multipart/form-data, whole, in single bytes, and broken."""

from __future__ import annotations

import pytest

from web.http.multipart import MalformedMultipart, Met, MultipartReader, Part

HEAD = 'multipart/form-data; boundary="x"'
FORM = (
    b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nDisque\r\n'
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a%22b%0D%0Ac \xc3\xa9.log"\r\n'
    b"Content-Type: text/plain\r\n\r\n\x00\r\n--not\r\n"
    b'--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n'
    b"--x--\r\n"
)


def read(body: bytes, size: int) -> list[Met]:
    """What a body of pieces of ``size`` bytes holds, with the content of each part in one piece."""
    reader = MultipartReader(HEAD)
    found: list[Met] = []
    for start in range(0, len(body), size):
        for met in reader.feed(body[start : start + size]):
            if isinstance(met, bytes) and found and isinstance(found[-1], bytes):
                found[-1] += met
            else:
                found.append(met)
    assert reader.is_complete
    return found


@pytest.mark.parametrize("size", [1, 7, len(FORM)])
def test_parts_come_in_order_however_the_body_is_cut(size: int) -> None:
    assert read(FORM, size) == [
        Part("title", None),
        b"Disque",
        None,
        Part("file", 'a"b c é.log'),
        b"\x00\r\n--not",
        None,
        Part("file", ""),
        None,
    ]


def test_a_name_that_is_not_utf_8_is_read_as_latin_1() -> None:
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="\xe9.log"\r\n\r\n\r\n--x--\r\n'
    assert read(form, 9)[0] == Part("file", "é.log")


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data", "multipart/mixed; boundary=x"])
def test_another_kind_of_body_is_malformed(kind: str) -> None:
    with pytest.raises(MalformedMultipart):
        MultipartReader(kind)


@pytest.mark.parametrize(
    "body",
    [
        b"no boundary",
        b"--x\r\n\r\nno head\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; filename="nameless"\r\n\r\n\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: attachment; name="file"\r\n\r\n\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n--x\r\n\r\nheadless after another\r\n--x--\r\n',
    ],
)
def test_a_broken_body_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedMultipart):
        MultipartReader(HEAD).feed(body)


def test_a_body_that_stops_is_not_complete() -> None:
    reader = MultipartReader(HEAD)
    reader.feed(FORM[:-6])
    assert not reader.is_complete
