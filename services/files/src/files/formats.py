"""The formats that are let in, and the signatures that tell them.

The signatures are ours and few, since general tables take a page for text and a renamed installer for a document.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Family = Literal["image", "video", "sound", "pdf", "text", "office", "archive"]


@dataclass(frozen=True)
class Kind:
    """``extensions``: what a name may end in, the usual one first."""

    family: Family
    media_type: str
    extensions: tuple[str, ...]


PNG = Kind("image", "image/png", ("png",))
JPEG = Kind("image", "image/jpeg", ("jpg", "jpeg", "jfif"))
GIF = Kind("image", "image/gif", ("gif",))
WEBP = Kind("image", "image/webp", ("webp",))
HEIC = Kind("image", "image/heic", ("heic", "heif"))
AVIF = Kind("image", "image/avif", ("avif", "avifs"))
BMP = Kind("image", "image/bmp", ("bmp", "dib"))
TIFF = Kind("image", "image/tiff", ("tiff", "tif"))
# Telephones write voice notes with the brands of videos.
MP4 = Kind("video", "video/mp4", ("mp4", "m4v", "3gp", "m4a"))
MOV = Kind("video", "video/quicktime", ("mov", "qt"))
WEBM = Kind("video", "video/webm", ("webm",))
MPEG = Kind("video", "video/mpeg", ("mpg", "mpeg", "mod", "vob"))
# Camcorders (AVCHD).
MPEG_TS = Kind("video", "video/mp2t", ("mts", "m2ts", "ts"))
MKV = Kind("video", "video/x-matroska", ("mkv", "mka"))
AVI = Kind("video", "video/x-msvideo", ("avi",))
M4A = Kind("sound", "audio/mp4", ("m4a", "m4b", "mp4"))
MP3 = Kind("sound", "audio/mpeg", ("mp3",))
OGG = Kind("sound", "audio/ogg", ("ogg", "oga", "opus", "spx", "ogv"))
AMR = Kind("sound", "audio/amr", ("amr", "awb"))
AAC = Kind("sound", "audio/aac", ("aac",))
WAV = Kind("sound", "audio/wav", ("wav",))
FLAC = Kind("sound", "audio/flac", ("flac",))
CAF = Kind("sound", "audio/x-caf", ("caf",))
WMA = Kind("sound", "audio/x-ms-wma", ("wma", "wmv", "asf"))
PDF = Kind("pdf", "application/pdf", ("pdf",))
ZIP = Kind("archive", "application/zip", ("zip",))
GZIP = Kind("archive", "application/gzip", ("gz", "tgz"))
SEVEN_ZIP = Kind("archive", "application/x-7z-compressed", ("7z",))
RAR = Kind("archive", "application/vnd.rar", ("rar",))
TAR = Kind("archive", "application/x-tar", ("tar",))
XZ = Kind("archive", "application/x-xz", ("xz", "txz"))
BZIP2 = Kind("archive", "application/x-bzip2", ("bz2", "tbz2", "tbz"))
ZSTD = Kind("archive", "application/zstd", ("zst", "tzst"))
LZ4 = Kind("archive", "application/x-lz4", ("lz4",))
LZIP = Kind("archive", "application/x-lzip", ("lz", "tlz"))
LZMA = Kind("archive", "application/x-lzma", ("lzma", "tlz"))
LZO = Kind("archive", "application/x-lzop", ("lzo", "tzo"))
COMPRESS = Kind("archive", "application/x-compress", ("z", "taz"))
CPIO = Kind("archive", "application/x-cpio", ("cpio",))
AR = Kind("archive", "application/x-archive", ("a", "ar", "deb", "ipk"))
RPM = Kind("archive", "application/x-rpm", ("rpm",))
CAB = Kind("archive", "application/vnd.ms-cab-compressed", ("cab",))
# What a network capture holds.
PCAP = Kind("archive", "application/octet-stream", ("pcap", "cap", "dmp"))
PCAPNG = Kind("archive", "application/octet-stream", ("pcapng", "ntar"))
# Event logs in a form of their own: Windows, systemd.
EVTX = Kind("archive", "application/octet-stream", ("evtx",))
JOURNAL = Kind("archive", "application/octet-stream", ("journal",))
# QNAP's event.log and conn.log, and the logs of others, are databases.
SQLITE = Kind("archive", "application/octet-stream", ("sqlite", "sqlite3", "db", "log"))
# What Windows leaves of a crash.
MINIDUMP = Kind("archive", "application/octet-stream", ("dmp", "mdmp"))
RTF = Kind("office", "application/rtf", ("rtf",))
JSON = Kind("text", "application/json", ("json",))
CSV = Kind("text", "text/csv", ("csv",))
# Never as XML: a browser would act on it.
XML = Kind("text", "text/plain", ("xml",))
TEXT = Kind(
    "text",
    "text/plain",
    (
        "txt",
        "log",
        "md",
        "conf",
        "cfg",
        "cnf",
        "ini",
        "yaml",
        "yml",
        "tsv",
        "out",
        "err",
        "trace",
        "dump",
        "diff",
        "old",
        "nfo",
        "lst",
        # What a serial console was captured into; a network capture of this name is told by how it begins.
        "cap",
    ),
)

OOXML = {
    b"word/": Kind(
        "office", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx", "docm", "dotx")
    ),
    b"xl/": Kind("office", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx", "xlsm")),
    b"ppt/": Kind(
        "office", "application/vnd.openxmlformats-officedocument.presentationml.presentation", ("pptx", "ppsx")
    ),
}
ODF_PREFIX = b"application/vnd.oasis.opendocument."
ODF = {
    b"text": Kind("office", "application/vnd.oasis.opendocument.text", ("odt",)),
    b"spreadsheet": Kind("office", "application/vnd.oasis.opendocument.spreadsheet", ("ods",)),
    b"presentation": Kind("office", "application/vnd.oasis.opendocument.presentation", ("odp",)),
    b"graphics": Kind("office", "application/vnd.oasis.opendocument.graphics", ("odg",)),
}
# One container for all of them, and for Windows installers: here the name decides, or refuses.
LEGACY = {
    "doc": Kind("office", "application/msword", ("doc", "dot")),
    "dot": Kind("office", "application/msword", ("doc", "dot")),
    "xls": Kind("office", "application/vnd.ms-excel", ("xls",)),
    "ppt": Kind("office", "application/vnd.ms-powerpoint", ("ppt", "pps")),
    "pps": Kind("office", "application/vnd.ms-powerpoint", ("ppt", "pps")),
    "vsd": Kind("office", "application/vnd.visio", ("vsd",)),
    "msg": Kind("office", "application/vnd.ms-outlook", ("msg",)),
}
LEGACY_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
INSTALLER_CLASS = b"\x84\x10\x0c\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"

# Programs, which no name makes a text.
PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\0asm", b"dex\n")

BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), AVIF),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc"), HEIC),
    **dict.fromkeys((b"isom", *(b"iso%d" % n for n in range(2, 10)), b"mp41", b"mp42", b"avc1", b"MSNV", b"XAVC"), MP4),
    **dict.fromkeys((b"M4V ", b"M4VH", b"M4VP", b"f4v ", b"mp71"), MP4),
    **dict.fromkeys((b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3gr6", b"3gs6", b"3ge6", b"3g2a", b"3g2b", b"dash"), MP4),
    **dict.fromkeys((b"M4A ", b"M4B "), M4A),
    b"qt  ": MOV,
}

_LAYER_THREE = (b"\xfb", b"\xfa", b"\xf3", b"\xf2", b"\xe3", b"\xe2")

Test = Callable[[bytes], bool]


def _starts(*magic: bytes) -> Test:
    return lambda head: head.startswith(magic)


def _riff(form: bytes) -> Test:
    return lambda head: head[:4] == b"RIFF" and head[8:12] == form


def _is_transport_stream(head: bytes) -> bool:
    """Packets of 188 bytes that begin with ``G``; those of a camcorder have four bytes of time in front."""
    return any(
        all(head[at : at + 1] == b"G" for at in range(lead, lead + 3 * (188 + lead), 188 + lead)) for lead in (0, 4)
    )


def _is_bitmap(head: bytes) -> bool:
    """``BM`` alone begins too many texts: the reserved zeros and the size of a known header must follow."""
    return head[:2] == b"BM" and head[6:10] == bytes(4) and head[14] in (12, 40, 52, 56, 64, 108, 124)


def _is_lzma(head: bytes) -> bool:
    """LZMA has no magic: the usual properties, a dictionary of 4 KiB to 256 MiB, and a size that is unknown or sane."""
    dictionary, size = int.from_bytes(head[1:5], "little"), int.from_bytes(head[5:13], "little")
    is_size = size < 2**40 or size == 2**64 - 1
    return head[:1] == b"\x5d" and 2**12 <= dictionary <= 2**28 and is_size and head[13] == 0


def _is_mpeg_sound(head: bytes) -> bool:
    """Frames of layer III without a tag before them: of the first one, bit rate and sampling rate are sane."""
    return head[:1] == b"\xff" and head[1:2] in _LAYER_THREE and head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3


SIGNATURES: tuple[tuple[Test, Kind], ...] = (
    (_starts(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), PNG),
    (_starts(b"\xff\xd8\xff"), JPEG),
    (_starts(b"GIF87a", b"GIF89a"), GIF),
    (_riff(b"WEBP"), WEBP),
    (_riff(b"AVI "), AVI),
    (_starts(b"II*\0", b"MM\0*"), TIFF),
    (_starts(b"PK\x03\x04", b"PK\x05\x06"), ZIP),
    (_starts(b"\x1f\x8b\x08"), GZIP),
    (_starts(b"7z\xbc\xaf\x27\x1c"), SEVEN_ZIP),
    (_starts(b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"), RAR),
    (_starts(b"\xfd7zXZ\0"), XZ),
    (lambda head: head[:3] == b"BZh" and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90"), BZIP2),
    (_starts(b"\x28\xb5\x2f\xfd"), ZSTD),
    (_starts(b"\x04\x22\x4d\x18"), LZ4),
    (_starts(b"LZIP\x01"), LZIP),
    (_starts(b"\x89LZO\0\r\n\x1a\n"), LZO),
    (_starts(b"\x1f\x9d", b"\x1f\xa0"), COMPRESS),
    (lambda head: re.match(rb"0707(?:0[12][0-9A-Fa-f]{104}|07[0-7]{70})", head) is not None, CPIO),
    (_starts(b"\xc7\x71", b"\x71\xc7"), CPIO),
    (_starts(b"!<arch>\n"), AR),
    (_starts(b"\xed\xab\xee\xdb"), RPM),
    (_starts(b"MSCF\0\0\0\0"), CAB),
    (_starts(b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d"), PCAP),
    (lambda head: head[:4] == b"\n\r\r\n" and head[8:12] in (b"\x1a\x2b\x3c\x4d", b"\x4d\x3c\x2b\x1a"), PCAPNG),
    (lambda head: len(head) > 13 and _is_lzma(head), LZMA),
    (_starts(b"OggS\0"), OGG),
    (_starts(b"ID3\x02", b"ID3\x03", b"ID3\x04"), MP3),
    (lambda head: len(head) > 4 and _is_mpeg_sound(head), MP3),
    (_starts(b"#!AMR\n", b"#!AMR-WB\n", b"#!AMR_MC"), AMR),
    (_starts(b"\xff\xf1", b"\xff\xf9"), AAC),
    (_riff(b"WAVE"), WAV),
    (_starts(b"fLaC\0"), FLAC),
    (_starts(b"caff\0\x01"), CAF),
    (_starts(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"), WMA),
    (_starts(b"ElfFile\0"), EVTX),
    (_starts(b"LPKSHHRH"), JOURNAL),
    (_starts(b"SQLite format 3\0"), SQLITE),
    (_starts(b"MDMP\x93\xa7", b"PAGEDU64", b"PAGEDUMP"), MINIDUMP),
    (_starts(b"\0\0\1\xba"), MPEG),
    (_is_transport_stream, MPEG_TS),
    (_starts(b"{\\rtf1"), RTF),
    (lambda head: head[257:262] == b"ustar", TAR),
    (lambda head: len(head) > 26 and _is_bitmap(head), BMP),
    (lambda head: head[:4] == b"\x1a\x45\xdf\xa3" and b"webm" in head[:64], WEBM),
    (lambda head: head[:4] == b"\x1a\x45\xdf\xa3" and b"matroska" in head[:64], MKV),
    (lambda head: head[4:8] in (b"moov", b"wide", b"mdat") and head[0] == 0, MOV),
)
