"""Names are for display: nothing in them reaches a path or a header unharmed."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pytest

from chassis.testkit.harness import RESELLER
from files import names


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("journal.log", "journal.log"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\moi\\photo.jpg", "photo.jpg"),
        ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie_ x=1.txt"),
        ("facture\u202egnp.exe", "facturegnp.exe"),
        ("z\u200bero\u2066.txt", "zero.txt"),
        ("a\0b.txt", "ab.txt"),
        ("e\u0301te\u0301.txt", "été.txt"),
        ("  deux   mots .txt", "deux mots.txt"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        (".htaccess", "htaccess"),
        ("con.txt", "_con.txt"),
        ("写真.png", "写真.png"),
        ("...", "fichier"),
        ("", "fichier"),
        ("/", "fichier"),
    ],
)
def test_what_remains_of_a_name(sent: str, kept: str) -> None:
    assert names.clean(sent) == kept


@pytest.mark.parametrize("stem", ["x" * 5000, "é" * 5000, "🦊" * 5000])
def test_a_long_name_keeps_its_extension(stem: str) -> None:
    kept = names.clean(f"{stem}.png")
    assert kept.endswith(".png")
    assert 190 <= len(kept.encode()) <= names.MAX_BYTES


@pytest.mark.parametrize("name", ["été à Noël.txt", 'x"; filename="y.exe.txt', "写真.png", "a;b=c,d%41.txt"])
def test_the_download_header_is_plain_ascii_and_carries_the_true_name(name: str) -> None:
    header = names.disposition(name)
    match = re.fullmatch(r"attachment; filename=\"[A-Za-z0-9._ ()+-]+\"; filename\*=UTF-8''([A-Za-z0-9._~%-]+)", header)
    assert match
    assert unquote(match[1]) == name


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (b"a%0D%0Ab.txt", "ab.txt"),
        (b"a%22b.txt", "a_b.txt"),
        ("été.txt".encode(), "été.txt"),
        ("été.txt".encode("latin-1"), "été.txt"),
        ("x\u202etxt.txt".encode(), "xtxt.txt"),
        (b"..\\..\\boot.txt", "boot.txt"),
    ],
)
async def test_the_name_in_a_form_is_cleaned(sender: Any, raw: bytes, kept: str) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="' + raw + b'"\r\n\r\nx\r\n--b--\r\n'
    async with sender.harness.client(RESELLER, **{"Content-Type": "multipart/form-data; boundary=b"}) as http:
        answer = await http.post("/api/v1/files", content=body)
    assert answer.json()["name"] == kept
