"""What people of this trade attach: logs as machines leave them, dumps, documents as programs write them."""

from __future__ import annotations

import bz2
import io
import lzma
import random
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.files.tests.test_file_types import refusal, taken

from files.errors import FileTypeRefused

LINES = b"Nov 26 10:02:11 nas kernel: ata3.00: failed command: READ FPDMA QUEUED\r\n" * 30
FRENCH = "26/11/2026 10:02 Disque 3 : température élevée, santé dégradée\r\n" * 30

LOGS = {
    "zeros after a power cut": (LINES + bytes(4096) + LINES, "kern.log"),
    "zeros late in the file": (LINES * 60 + bytes(9000) + LINES, "messages"),
    "zeros first": (bytes(512) + LINES, "syslog.1"),
    "nothing but zeros": (bytes(8192), "kern.log"),
    "title of an xterm, PuTTY": (
        b"=~=~=~ PuTTY log 2026.11.26 =~=~=~\r\n\x1b]0;admin@NAS: ~\a[~] # df -h\r\n" * 5,
        "putty.log",
    ),
    "progress bar": (b"resync 10%\b\b\b11%\b\b\b12%\n" * 90, "mdadm.txt"),
    "end of file of DOS": (LINES + b"\x1a", "chkdsk.txt"),
    "vertical tabs": (b"Model\vSerial\vState\n" * 20, "report.txt"),
    "latin-1": (FRENCH.encode("latin-1"), "journal.log"),
    "cp1252": (FRENCH.encode("cp1252"), "journal.txt"),
    "UTF-8 with a mark": (FRENCH.encode("utf-8-sig"), "journal.log"),
    "UTF-16 with a mark": (FRENCH.encode("utf-16"), "journal.log"),
    "UTF-16 without a mark": (FRENCH.encode("utf-16-le"), "journal.txt"),
    "UTF-16, the other way round": (FRENCH.encode("utf-16-be"), "journal.txt"),
    "system information of Windows": (
        '<?xml version="1.0"?>\r\n<MsInfo><Category name="x"/></MsInfo>'.encode("utf-16"),
        "pc.nfo",
    ),
    "raw syslog of smartd": (b"<30>Nov 26 10:02:11 nas smartd[912]: Device: /dev/sda, 8 sectors\n" * 20, "smartd.log"),
    "raw syslog of QNAP": (b"<134>Nov 26 10:02:11 NAS qlogd[11]: conn log: Users: admin\n" * 20, "qlogd.txt"),
    "RFC 5424": (b"<165>1 2026-11-26T10:02:11Z nas app 1 ID47 - text\n" * 20, "syslog"),
    "smartctl between angles": (b"<<<<< SMART DATA >>>>>\n" + LINES, "smart.txt"),
    "level between angles": (b"<warning> volume1 degraded\n" * 20, "synology.log"),
    "address between angles": (b"<a.b@example.fr> wrote\n" * 20, "mail.txt"),
    "dmesg": (b"<6>[    0.000000] Linux version 5.10.60-qnap\n" * 20, "dmesg"),
    "journald": (b"-- Journal begins at Mon 2026-11-02 --\n" + LINES, "journalctl.out"),
    "begins like a bitmap": (b"BM, said the log\0" + LINES, "bm.log"),
    "a block of anything": (LINES + bytes(range(256)) * 16 + LINES, "kern.log"),
    "random bytes between lines": (LINES * 3 + random.Random(1).randbytes(4096) + LINES * 3, "messages"),
    "a block of anything first": (bytes(range(256)) * 8 + LINES * 3, "messages.1"),
    "field between angles": (b"<table 12> volume1 degraded\n" * 20, "raid.log"),
    "chat": ("<a> salut\n<b> hi\n<p> ça va ?\n".encode() * 20, "chat.txt"),
    "chat of one": (b"<form> 10:02 hello, 2 < 3 = true\n", "irc.log"),
    "object in brackets": (b"<object id 12>\n<link down>\n", "trace.log"),
    "XML of an object": (b'<?xml version="1.0"?>\n<object id="1"><table a="b"/></object>', "export.txt"),
}


@pytest.mark.parametrize(("content", "name"), LOGS.values(), ids=LOGS)
@pytest.mark.parametrize("piece", [997, 65_536])
async def test_a_log_is_a_text_whatever_the_machine_left_in_it(content: bytes, name: str, piece: int) -> None:
    assert (await taken(content, name, piece)).media_type == "text/plain"


@given(
    lines=st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=40), min_size=2, max_size=20),
    sprinkled=st.lists(st.sampled_from([*range(32), 127]), max_size=20),
    name=st.sampled_from(["kern.log", "report.txt", "messages", "syslog.3"]),
)
async def test_control_characters_here_and_there_make_no_binary(
    lines: list[str], sprinkled: list[int], name: str
) -> None:
    text = [b"10:02:11 " + line.encode() * 2 for line in lines]
    for place, byte in enumerate(sprinkled):
        text[place % len(text)] += bytes([byte])
    assert (await taken(b"\n".join(text), name)).media_type == "text/plain"


def written_late(part: str) -> bytes:
    """An office document as Google's editors write one: pictures first, what tells its kind last."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("media/picture.bin", bytes(200_000))
        archive.writestr(part, "<x/>")
        archive.writestr("[Content_Types].xml", "<Types/>")
    return held.getvalue()


def box(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + bytes(300)


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
OOXML = "application/vnd.openxmlformats-officedocument."

OTHERS = {
    "sosreport": (lzma.compress(LINES), "sosreport-nas.tar.xz", "application/x-xz"),
    "bzip2": (bz2.compress(LINES), "debug.tar.bz2", "application/x-bzip2"),
    "empty bzip2": (bz2.compress(b""), "debug.bz2", "application/x-bzip2"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(range(200)), "truenas-debug.tar.zst", "application/zstd"),
    "lz4": (b"\x04\x22\x4d\x18" + bytes(range(200)), "log.lz4", "application/x-lz4"),
    "lzma": (lzma.compress(LINES, lzma.FORMAT_ALONE), "openwrt.lzma", "application/x-lzma"),
    "lzop": (b"\x89LZO\0\r\n\x1a\n" + bytes(60), "dump.lzo", "application/x-lzop"),
    "compress": (b"\x1f\x9d\x90" + bytes(60), "messages.Z", "application/x-compress"),
    "cpio": (b"070701" + b"0" * 104 + b"TRAILER!!!\0", "initrd.cpio", "application/x-cpio"),
    "old cpio": (b"070707" + b"0" * 70 + b"TRAILER!!!\0", "old.cpio", "application/x-cpio"),
    "binary cpio": (b"\xc7\x71" + bytes(60), "bin.cpio", "application/x-cpio"),
    "rpm": (b"\xed\xab\xee\xdb\3\0" + bytes(100), "driver.rpm", "application/x-rpm"),
    "deb": (b"!<arch>\ndebian-binary   " + bytes(100), "driver.deb", "application/x-archive"),
    "cab": (b"MSCF\0\0\0\0" + bytes(60), "logs.cab", "application/vnd.ms-cab-compressed"),
    "console capture": (
        b"U-Boot 2019.07\r\n" * 40 + b"\xff\x00\xfe" + b"Starting kernel ...\r\n" * 40,
        "minicom.cap",
        "text/plain",
    ),
    "capture": (b"\xd4\xc3\xb2\xa1\2\0\4\0" + bytes(60), "iscsi.pcap", "application/octet-stream"),
    "capture, big-endian": (b"\xa1\xb2\xc3\xd4\0\2\0\4" + bytes(60), "iscsi.cap", "application/octet-stream"),
    "capture in nanoseconds": (b"\x4d\x3c\xb2\xa1\2\0\4\0" + bytes(60), "iscsi.pcap", "application/octet-stream"),
    "pcapng": (b"\n\r\r\n\x1c\0\0\0\x4d\x3c\x2b\x1a" + bytes(60), "smb.pcapng", "application/octet-stream"),
    "voice note of an iPhone": (box(b"M4A "), "bruit.m4a", "audio/mp4"),
    "voice note of Android": (box(b"mp42"), "bruit.m4a", "video/mp4"),
    "AMR": (b"#!AMR\n" + bytes(60), "bruit.amr", "audio/amr"),
    "Opus of WhatsApp": (b"OggS\0\2" + bytes(60), "PTT-1.opus", "audio/ogg"),
    "Ogg": (b"OggS\0\2" + bytes(60), "bruit.ogg", "audio/ogg"),
    "MP3 with a tag": (b"ID3\4\0\0" + bytes(60), "bruit.mp3", "audio/mpeg"),
    "MP3 without": (b"\xff\xfb\x90\x64" + bytes(60), "bruit.mp3", "audio/mpeg"),
    "AAC": (b"\xff\xf1\x50\x80" + bytes(60), "bruit.aac", "audio/aac"),
    "WAV": (b"RIFF\0\0\0\0WAVEfmt " + bytes(60), "bruit.wav", "audio/wav"),
    "FLAC": (b"fLaC\0\0\0\x22" + bytes(60), "bruit.flac", "audio/flac"),
    "XML of a table": (b"<table><row n='1'/></table>", "disques.xml", "text/plain"),
    "XML of a form": (b"<form>\n  <input name='a'/></form>", "form.xml", "text/plain"),
    "event log of Windows": (b"ElfFile\0" + bytes(500), "System.evtx", "application/octet-stream"),
    "systemd's journal": (b"LPKSHHRH" + bytes(500), "system.journal", "application/octet-stream"),
    "event log of QNAP": (b"SQLite format 3\0" + bytes(4080), "event.log", "application/octet-stream"),
    "database of logs": (b"SQLite format 3\0" + bytes(4080), "SYNOSYSDB.db", "application/octet-stream"),
    "crash of Windows": (b"MDMP\x93\xa7" + bytes(500), "mini.dmp", "application/octet-stream"),
    "crash of a Windows server": (b"PAGEDU64" + bytes(500), "MEMORY.DMP", "application/octet-stream"),
    "MPEG of a camera": (b"\0\0\1\xba\x44" + bytes(500), "film.mpg", "video/mpeg"),
    "AVCHD of a camcorder": ((bytes(4) + b"G" + bytes(187)) * 5, "00001.MTS", "video/mp2t"),
    "transport stream": ((b"G" + bytes(187)) * 5, "film.ts", "video/mp2t"),
    "PDF after a line end": (b"\r\n" + PDF, "rapport.pdf", "application/pdf"),
    "PDF after a mark": (b"\xef\xbb\xbf" + PDF, "rapport.pdf", "application/pdf"),
    "PDF after a printer's commands": (b"\x1b%-12345X@PJL JOB\r\n" + b"\0" * 900 + PDF, "scan.pdf", "application/pdf"),
    "docx of Google": (written_late("word/document.xml"), "a.docx", OOXML + "wordprocessingml.document"),
    "xlsx of Google": (written_late("xl/workbook.xml"), "a.xlsx", OOXML + "spreadsheetml.sheet"),
    "AVIF": (box(b"avif"), "a.avif", "image/avif"),
    "HEIF": (box(b"mif1"), "a.heif", "image/heic"),
    "MKV": (b"\x1a\x45\xdf\xa3" + bytes(20) + b"\x42\x82\x88matroska" + bytes(20), "a.mkv", "video/x-matroska"),
    **{brand: (box(brand.encode()), "a.mp4", "video/mp4") for brand in ("iso3", "iso9", "M4VH", "XAVC", "3gp7")},
}


@pytest.mark.parametrize(("content", "name", "media_type"), OTHERS.values(), ids=OTHERS)
async def test_documents_as_programs_write_them(content: bytes, name: str, media_type: str) -> None:
    found = await taken(content, name)
    assert (found.media_type, found.name) == (media_type, name)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("setup.EXE", "file_type_refused"),
        ("a.msi", "file_type_refused"),
        ("photo.svg", "active_content_refused"),
        ("Journal Synology.html", "active_content_refused"),
    ],
)
async def test_a_name_alone_may_refuse(name: str, code: str) -> None:
    assert await refusal(b"harmless", name) == code


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\0\0<html><script>", "a.log"),
        (b"\x1a\b<svg onload=x>", "a.txt"),
        (b"<?php echo 1;", "a.txt"),
        ("<script>x</script>".encode("utf-16-le"), "a.txt"),
        (b"<html>%PDF-1.7", "a.pdf"),
        (b"<a href=javascript:alert(1)>x", "a.txt"),
        (b"<b onmouseover = alert(1)>x", "a.log"),
        (b"<p>x<br><img src=x onerror=alert(1)>", "a.txt"),
        (b"<table>\n<tr><td>1</td></tr></TABLE>", "a.txt"),
        (b"<title>Etat</title>", "a.txt"),
        (b"<div>\n" + b"x" * 3000 + b"<script src=x>", "a.log"),
        (b"<object data=x>", "a.txt"),
        (b"<form>\n<button formaction=javascript:x>", "a.txt"),
        (b"<?xml version='1.0'?><html/>", "a.xml"),
        (b"<?xml version='1.0'?><table><a xmlns='http://www.w3.org/1999/xhtml'/></table>", "a.xml"),
        (b"<object><svg xmlns='http://www.w3.org/2000/svg'/></object>", "a.xml"),
        (b"<!DOCTYPE html><table>", "a.xml"),
    ],
)
async def test_a_page_is_a_page_whatever_it_begins_with(content: bytes, name: str) -> None:
    assert await refusal(content, name) == "active_content_refused"


async def test_a_log_that_ends_as_an_archive_is_refused() -> None:
    assert await refusal(LINES * 20 + written_late("x")[200_000:], "a.log") == "polyglot_refused"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\x7fELF\2\1\1" + bytes(9) + b"\4\0\x3e\0" + bytes(500), "core.1234"),
        (b"\x7fELF\2\1\1" + bytes(9) + b"\2\0\x3e\0" + bytes(500), "smartctl"),
        (b"\xff\xfb\xff\xff" + bytes(60), "bruit.mp3"),
        (b"\x5d\0\0\x80\0" + b"\xff" * 7 + bytes(60), "a.lzma"),
        (random.Random(2).randbytes(9000), "kern.log"),
    ],
)
async def test_programs_dumps_of_them_and_noise_are_refused_with_what_to_do(content: bytes, name: str) -> None:
    assert await refusal(content, name) == "file_type_refused"
    assert all(".zip" in sentence for sentence in FileTypeRefused.message.values())
