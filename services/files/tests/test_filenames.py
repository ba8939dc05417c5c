"""Names are for display: nothing in them reaches a path or a header unharmed."""

from __future__ import annotations

import re
import unicodedata
from typing import Any
from urllib.parse import unquote

import pytest

from devkit.harness import RESELLER
from files import filenames


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
        ("lpt¹.log", "_lpt¹.log"),
        ("写真.png", "写真.png"),
        ("🏳️\u200d🌈.log", "🏳️\u200d🌈.log"),
        ("👩\u200d👩\u200d👧 👍🏽.jpg", "👩\u200d👩\u200d👧 👍🏽.jpg"),
        ("نامه\u200cها.txt", "نامه\u200cها.txt"),
        ("a\u200db\u200c.t\u200dxt", "ab.txt"),
        ("Z" + "\u0301" * 3000 + ".txt", "Ź" + "\u0301" * 29 + ".txt"),
        ("...", "fichier"),
        ("", "fichier"),
        ("/", "fichier"),
    ],
)
def test_what_remains_of_a_name(sent: str, kept: str) -> None:
    assert filenames.clean(sent) == kept


@pytest.mark.parametrize("stem", ["x" * 5000, "é" * 5000, "🦊" * 5000])
def test_a_long_name_keeps_its_extension(stem: str) -> None:
    kept = filenames.clean(f"{stem}.png")
    assert kept.endswith(".png")
    assert 190 <= len(kept.encode()) <= filenames.MAX_BYTES


@pytest.mark.parametrize("sign", ["🏳️\u200d🌈", "👩\u200d👩\u200d👧", "e\u0323\u0302\u0308", "👍🏽", "🇫🇷"])
@pytest.mark.parametrize("shift", range(4))
def test_a_long_name_is_cut_between_signs(sign: str, shift: int) -> None:
    kept = filenames.clean("x" * shift + sign * 100 + ".png").removesuffix(".png").removeprefix("x" * shift)
    whole = unicodedata.normalize("NFC", sign)
    assert kept == whole * (len(kept) // len(whole))


@pytest.mark.parametrize(
    ("name", "fallback"),
    [
        ("été à Noël.txt", "ete a Noel.txt"),
        ("写真.png", "fichier.png"),
        ("журнал.log", "fichier.log"),
        ("журнал 2.log", "2.log"),
        ("🏳️\u200d🌈.log", "fichier.log"),
        ("سجل.tar.gz", "fichier.tar.gz"),
        ("日誌", "fichier"),
        ("журнал.лог", "fichier"),
        ("(写真).png", "fichier.png"),
        ("a.лог", "a"),
    ],
)
def test_an_old_client_is_offered_a_name_with_its_extension(name: str, fallback: str) -> None:
    assert f'filename="{fallback}"' in filenames.disposition(name)


@pytest.mark.parametrize("name", ["été à Noël.txt", 'x"; filename="y.exe.txt', "写真.png", "a;b=c,d%41.txt"])
def test_the_download_header_is_plain_ascii_and_carries_the_true_name(name: str) -> None:
    header = filenames.disposition(name)
    match = re.fullmatch(r"attachment; filename=\"[A-Za-z0-9._ ()+-]+\"; filename\*=UTF-8''([A-Za-z0-9._~%-]+)", header)
    assert match
    assert unquote(match[1]) == name


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (b"a%0D%0Ab.txt", "a b.txt"),
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


async def test_the_journal_calls_a_file_by_its_name_even_once_it_is_gone(sender: Any) -> None:
    file = await sender.clean(name="Journal de l’été.log")
    assert (await sender.get(f"{file}/content")).status_code == 200
    assert (await sender.delete(file)).status_code == 204
    async with sender.harness.client(RESELLER) as http:
        trail = (await http.get("/api/v1/audit/files")).json()["items"]
    told = [(one["action"], one["subject"], one["details"]["about"]) for one in trail]
    name = "Journal de l’été.log"
    assert told == [("delete_file", file, name), ("get_content", file, name), ("upload_file", file, name)]
