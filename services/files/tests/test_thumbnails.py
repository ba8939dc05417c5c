"""Thumbnails: small, upright, with nothing of the original but pixels; and none of what would harm."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from services.files.tests.pictures import claiming, photo, picture
from services.files.tests.uploading import resources, rows

from files import thumbnails
from files.scanners import EICAR


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 65_536):
        yield content[start : start + 65_536]


async def made(content: bytes) -> Image.Image:
    small = await thumbnails.make(pieces(content))
    assert small is not None
    return Image.open(io.BytesIO(small), formats=["JPEG"])


@pytest.mark.parametrize(
    "content",
    [
        *(
            pytest.param(picture("PNG", mode), id=f"png-{mode}")
            for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")
        ),
        *(pytest.param(picture("JPEG", mode), id=f"jpeg-{mode}") for mode in ("L", "RGB", "CMYK")),
        pytest.param(picture("JPEG", progressive=True), id="jpeg-progressive"),
        pytest.param(picture("GIF", "P"), id="gif"),
        pytest.param(
            picture("GIF", "P", save_all=True, append_images=[Image.new("P", (800, 400), 9)]), id="gif-moving"
        ),
        pytest.param(picture("WEBP", "RGBA"), id="webp"),
        pytest.param(picture("BMP"), id="bmp"),
        pytest.param(picture("JPEG", size=(8000, 4000)), id="jpeg-32-megapixels"),
        pytest.param(picture("JPEG", size=(15_000, 7500)), id="jpeg-of-a-phone-of-108-megapixels"),
    ],
)
async def test_a_picture_of_any_kind_is_made_small(content: bytes) -> None:
    small = await made(content)
    assert (small.size, small.mode) == ((320, 160), "RGB")


@pytest.mark.parametrize(("size", "expected"), [((1, 1), (1, 1)), ((40, 30), (40, 30)), ((30_000, 3), (320, 1))])
async def test_a_small_picture_is_not_made_larger(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert (await made(picture(size=size))).size == expected


async def test_what_is_transparent_is_white() -> None:
    assert (await made(picture("PNG", "RGBA"))).getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("orientation", "size", "red"),
    [
        (1, (320, 160), (10, 80)),
        (3, (320, 160), (310, 80)),
        (6, (160, 320), (80, 10)),
        (8, (160, 320), (80, 310)),
    ],
)
async def test_a_photo_stands_upright_and_says_nothing_of_who_and_where(
    orientation: int, size: tuple[int, int], red: tuple[int, int]
) -> None:
    small = await made(photo(orientation))
    pixel: Any = small.getpixel(red)
    assert small.size == size
    assert pixel[0] > 200 > 60 > pixel[2]
    assert not small.getexif()
    assert set(small.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(claiming(60_000, 60_000, lines=1), id="3600 megapixels, said"),
        pytest.param(claiming(2**31 - 1, 1, lines=1), id="endless line"),
        pytest.param(claiming(31_000, 10, lines=10), id="side"),
        pytest.param(claiming(8_100, 8_100, lines=8_100, depth=1, colour=0), id="65 megapixels"),
        pytest.param(claiming(7_500, 7_500, lines=7_500), id="more memory than there is"),
        pytest.param(picture()[:200], id="cut PNG"),
        pytest.param(photo()[:700], id="cut JPEG"),
        pytest.param(photo()[:400] + b"\xff" * 4000, id="noise"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", id="head alone"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", id="another format"),
        pytest.param(b"", id="nothing"),
        pytest.param(bytes(20 * 1024 * 1024), id="20 MiB of nothing"),
    ],
)
async def test_what_harms_or_is_damaged_has_none(content: bytes) -> None:
    assert await thumbnails.make(pieces(content)) is None


@pytest.mark.parametrize(
    "program",
    ["while True: pass", "import sys; sys.stdin.buffer.read(); print('x' * 10**6)", "import os; os.abort()"],
    ids=["hangs", "says too much", "crashes"],
)
async def test_a_decoder_that_does_not_end_well_makes_none(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text(program)
    monkeypatch.setattr(thumbnails, "PROGRAM", bad)
    monkeypatch.setattr(thumbnails, "PATIENCE", 1.0)
    assert await thumbnails.make(pieces(bytes(4 * 1024 * 1024))) is None


async def test_a_photo_is_shown_small_once_it_is_clean(to_store: Any) -> None:
    file = await to_store.stored(photo(), "photo.jpg")
    early = await to_store.get(f"{file}/thumbnail")
    assert (early.status_code, early.json()["code"]) == (409, "file_not_scanned_yet")
    await to_store.harness.run_jobs()
    answer = await to_store.get(f"{file}/thumbnail")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, max-age=86400"
    assert Image.open(io.BytesIO(answer.content)).size == (320, 160)
    again = await to_store.get(f"{file}/thumbnail", **{"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("content", "name"), [(b"a log", "a.log"), (picture()[:200], "cut.png"), (b"II*\0" + bytes(99), "scan.tiff")]
)
async def test_what_has_no_thumbnail_is_clean_all_the_same(sender: Any, content: bytes, name: str) -> None:
    file = await sender.clean(content, name)
    answer = await sender.get(f"{file}/thumbnail")
    assert (answer.status_code, answer.json()["code"]) == (404, "thumbnail_not_found")
    assert (await sender.get(f"{file}/content")).status_code == 200


async def test_an_infected_picture_is_never_decoded(sender: Any) -> None:
    file = await sender.clean(picture() + EICAR, "photo.png")
    assert (await sender.get(f"{file}/thumbnail")).status_code == 410
    [row] = await rows(sender.harness)
    assert row.thumbnail_key is None


async def test_the_thumbnail_goes_with_its_picture(to_store: Any) -> None:
    file = await to_store.clean(photo(), "photo.jpg")
    [row] = await rows(to_store.harness)
    assert row.thumbnail_key is not None
    assert await resources(to_store.harness).storage.exists(row.thumbnail_key)
    assert (await to_store.delete(file)).status_code == 204
    await to_store.harness.run_jobs()
    assert not await resources(to_store.harness).storage.exists(row.thumbnail_key)


async def test_a_picture_erased_while_it_is_made_small_leaves_no_thumbnail(
    sender: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = await sender.stored(photo(), "photo.jpg")
    [row] = await rows(sender.harness)
    assert row.object_key is not None
    make = thumbnails.make

    async def slowly(content: AsyncIterator[bytes]) -> bytes | None:
        small = await make(content)
        assert (await sender.delete(file)).status_code == 204
        return small

    monkeypatch.setattr(thumbnails, "make", slowly)
    await sender.harness.run_job("files.scan", file_id=file, object_key=row.object_key, media_type="image/jpeg")
    assert not await resources(sender.harness).storage.exists(thumbnails.key_of(row.object_key))
