"""What is let in, by its bytes, and under which name."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import AsyncIterator

import pytest

from files import file_types
from files.errors import FileTypeRefused
from files.models import Content
from files.upload_stream import UploadStream
from web.errors import Problem


def png(*, extra: bytes = b"", trailing: bytes = b"") -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("!L", len(data)) + kind + data + struct.pack("!L", zlib.crc32(kind + data))

    header = struct.pack("!LLBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body + trailing


def zipped(**members: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("DOT", "."), text)
    return held.getvalue()


def office(part: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(part, "<x/>")
    return held.getvalue()


def tarred() -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        member = tarfile.TarInfo("page.html")
        member.size = 6
        archive.addfile(member, io.BytesIO(b"<html>"))
    return held.getvalue()


def box(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + bytes(300)


JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(50) + b"\xff\xd9"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
MSI_CLASS = b"\x84\x10\x0c\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


async def taken(content: bytes, name: str, piece: int = 1000) -> Content:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), piece):
            yield content[start : start + piece]

    intake = UploadStream(20 * 1024 * 1024, lambda: name)
    passed = b"".join([piece async for piece in intake.passing(pieces())])
    assert passed == content
    return intake.content()


async def refusal(content: bytes, name: str, piece: int = 1000) -> str:
    with pytest.raises(Problem) as refused:
        await taken(content, name, piece)
    assert refused.value.status == 415
    return refused.value.code


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (png(), "a.png", "image/png"),
        (JPEG, "a.jpeg", "image/jpeg"),
        (b"GIF89a" + bytes(20), "a.gif", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 " + bytes(20), "a.webp", "image/webp"),
        (box(b"heic"), "a.heic", "image/heic"),
        (b"BM" + struct.pack("<LLLL", 70, 0, 54, 40) + bytes(60), "a.bmp", "image/bmp"),
        (b"II*\0" + bytes(20), "a.tif", "image/tiff"),
        (PDF, "a.pdf", "application/pdf"),
        ("Événement à 10 h\n".encode(), "a.txt", "text/plain"),
        ("Événement à 10 h\n".encode("latin-1"), "a.log", "text/plain"),
        ("Événement\n".encode("utf-16"), "a.txt", "text/plain"),
        (b"\x1b[31mred\x1b[0m <b>not a page</b>\n", "a.log", "text/plain"),
        (b"a;b\n1;2\n", "a.csv", "text/csv"),
        (b'{"a": 1}', "a.json", "application/json"),
        (b"<?xml version='1.0'?><!-- c --><report><a/></report>", "a.xml", "text/plain"),
        (
            office("word/document.xml"),
            "a.docx",
            OOXML := "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (office("xl/workbook.xml"), "a.xlsx", OOXML.replace("wordprocessingml.document", "spreadsheetml.sheet")),
        (
            zipped(mimetype="application/vnd.oasis.opendocument.text"),
            "a.odt",
            "application/vnd.oasis.opendocument.text",
        ),
        (OLE, "a.doc", "application/msword"),
        (OLE, "a.xls", "application/vnd.ms-excel"),
        (b"{\\rtf1 hello}", "a.rtf", "application/rtf"),
        (zipped(aDOTtxt="x"), "a.zip", "application/zip"),
        (gzip.compress(b"x", mtime=0), "a.gz", "application/gzip"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(30), "a.7z", "application/x-7z-compressed"),
        (b"Rar!\x1a\x07\x01\0" + bytes(30), "a.rar", "application/vnd.rar"),
        (tarred(), "a.tar", "application/x-tar"),
        (box(b"isom"), "a.mp4", "video/mp4"),
        (box(b"qt  "), "a.mov", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3" + bytes(20) + b"\x42\x82\x84webm" + bytes(20), "a.webm", "video/webm"),
        (b"RIFF\0\0\0\0AVI LIST" + bytes(20), "a.avi", "video/x-msvideo"),
    ],
)
async def test_allowed_types_are_known_by_their_bytes(content: bytes, name: str, media_type: str) -> None:
    found = await taken(content, name)
    assert (found.media_type, found.name, found.size) == (media_type, name, len(content))


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.mark.parametrize(
    "page",
    [
        SVG,
        b"<?xml version='1.0'?>\n<!-- a picture -->\n" + SVG,
        b"<!DOCTYPE svg PUBLIC 'x' 'y' [<!ENTITY a 'b'>]>" + SVG,
        b"<s:svg xmlns:s='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><p>",
        b"\xef\xbb\xbf \r\n<HTML>",
        b"<script>alert(1)</script>",
        "<html>".encode("utf-16"),
        b"<!--" + b"-" * 70_000,
        b"<note><x xmlns='http://www.w3.org/1999/xhtml'/></note>",
        b"<?xml version='1.0'?><?xml-stylesheet href='x'?><note/>",
    ],
)
@pytest.mark.parametrize("name", ["photo.png", "note.xml", "note.txt"])
async def test_pages_and_svg_are_refused_whatever_their_name(page: bytes, name: str) -> None:
    assert await refusal(page, name, piece=7) == "active_content_refused"


async def test_a_page_deep_within_xml_is_refused() -> None:
    page = b"<note>" + b"x" * 200_000 + b"<a xmlns='http://www.w3.org/1999/xhtml'/></note>"
    assert await refusal(page, "note.xml", piece=4096) == "active_content_refused"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ\x90\0" + bytes(100), "setup.exe"),
        (b"\x7fELF" + bytes(100), "photo.png"),
        (OLE, "setup.msi"),
        (OLE + MSI_CLASS, "letter.doc"),
        (b"text that turns" + bytes(3), "a.bin"),
        (b"a" * 200_000 + b"\0", "a.conf.bin"),
        (b"a" * 200_000 + b"\1\2\3\4" * 10_000, "a.log"),
        (bytes(range(256)) * 300, "a.log"),
        (b"MZ\x90\0 This program cannot be run in DOS mode." + b"x" * 500, "a.log"),
        (b"\x7fELF\2\1\1" + bytes(9) + b"readable " * 100, "dmesg"),
        (b"\xca\xfe\xba\xbe" + bytes(40), "A.class"),
        (b"BM, said the log\0", "a.bmp"),
        (b"\x89PNG\r\n\x1a\nnothing of a picture\0", "a.png"),
    ],
)
async def test_everything_else_is_refused(content: bytes, name: str) -> None:
    assert await refusal(content, name) == "file_type_refused"


ZIP = zipped(aDOTtxt="hidden")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (png(trailing=ZIP), "a.png"),
        (JPEG + ZIP, "a.jpg"),
        (JPEG + ZIP + b"and junk behind", "a.jpg"),
        (png(trailing=b"<html><script>alert(1)</script>"), "a.png"),
        (b"GIF89a" + b"<SCRIPT>alert(1)</SCRIPT>" + bytes(30), "a.gif"),
        (JPEG + bytes(100_000) + b"<script src=x>" + bytes(100_000), "a.jpg"),
        (JPEG + bytes(10) + PDF, "a.jpg"),
        (JPEG + bytes(100_000) + b"Rar!\x1a\x07\x01\0" + bytes(100_000), "a.jpg"),
        (PDF + ZIP, "a.pdf"),
        (box(b"isom") + ZIP, "a.mp4"),
    ],
)
@pytest.mark.parametrize("piece", [11, 65_536])
async def test_a_file_that_hides_another_is_refused(content: bytes, name: str, piece: int) -> None:
    assert await refusal(content, name, piece) == "polyglot_refused"


async def test_a_zip_bomb_is_a_zip_and_is_not_unpacked() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("zeros", bytes(50 * 1024 * 1024))
    bomb = held.getvalue()
    assert len(bomb) < 100_000
    found = await taken(bomb, "bomb.zip")
    assert (found.media_type, found.size) == ("application/zip", len(bomb))


@pytest.mark.parametrize(
    ("content", "sent", "kept"),
    [
        (png(), "photo.php", "photo.php.png"),
        (png(), "photo", "photo.png"),
        (png(), "photo.PNG", "photo.PNG"),
        (b"echo", "run.bat", "run.bat.txt"),
        (b"echo", "messages.2", "messages.2"),
        (ZIP, "tool.jar", "tool.jar.zip"),
        (PDF, "invoice.pdf.bat", "invoice.pdf.bat.pdf"),
    ],
)
async def test_a_name_ends_in_what_the_file_is(content: bytes, sent: str, kept: str) -> None:
    assert (await taken(content, sent)).name == kept


@pytest.mark.parametrize(
    "name", ["setup.exe", "SETUP.EXE", "setup.exe ", "setup.exe.", "C:\\tmp\\setup.exe. .", "a.ex\u200be"]
)
def test_a_name_is_refused_as_it_would_be_kept(name: str) -> None:
    with pytest.raises(FileTypeRefused):
        file_types.refuse_name(name)


@pytest.mark.parametrize("name", ["exe", ".exe", "exe.log", "setup.exe.txt", "svg", ""])
def test_a_name_is_judged_by_its_extension_alone(name: str) -> None:
    file_types.refuse_name(name)
