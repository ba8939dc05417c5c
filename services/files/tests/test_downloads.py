"""Downloads: never shown, always whole, clean files alone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from files.models import StoredFile

CONTENT = bytes(range(48, 58)) * 100_000  # 1 MB of digits


async def test_a_clean_file_comes_back_as_a_sandboxed_download(to_store: Any) -> None:
    file = await to_store.clean(CONTENT, "relevé d’été.txt")
    answer = await to_store.get(f"{file}/content")
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "text/plain"
    assert answer.headers["content-disposition"].startswith('attachment; filename="releve d')
    assert "filename*=UTF-8''relev%C3%A9" in answer.headers["content-disposition"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox;")
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["cache-control"] == "no-store"
    described = (await to_store.get(file)).json()
    assert answer.headers["etag"] == f'"{described["sha256"]}"'


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=999990-", 999_990, 999_999),
        ("bytes=-5", 999_995, 999_999),
        ("bytes=5-5", 5, 5),
        ("bytes=999999-9999999", 999_999, 999_999),
        ("bytes=-9999999", 0, 999_999),
    ],
)
async def test_a_range(to_store: Any, asked: str, start: int, end: int) -> None:
    file = await to_store.clean(CONTENT)
    answer = await to_store.get(f"{file}/content", Range=asked)
    assert (answer.status_code, answer.content) == (206, CONTENT[start : end + 1])
    assert answer.headers["content-range"] == f"bytes {start}-{end}/1000000"
    assert answer.headers["content-length"] == str(end - start + 1)


@pytest.mark.parametrize("asked", ["bytes=1000000-", "bytes=-0"])
async def test_a_range_beyond_the_end(sender: Any, asked: str) -> None:
    file = await sender.clean(CONTENT)
    answer = await sender.get(f"{file}/content", Range=asked)
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */1000000")


@pytest.mark.parametrize("asked", ["bytes=0-1,3-4", "bytes=-", "lines=0-1", "bytes=9-1", "nonsense", "bytes=a-b"])
async def test_what_is_no_single_range_gets_the_whole(sender: Any, asked: str) -> None:
    file = await sender.clean(CONTENT)
    answer = await sender.get(f"{file}/content", Range=asked)
    assert (answer.status_code, len(answer.content)) == (200, len(CONTENT))


async def test_conditional_downloads(sender: Any) -> None:
    file = await sender.clean(CONTENT)
    tag = (await sender.get(f"{file}/content")).headers["etag"]
    assert (await sender.get(f"{file}/content", **{"If-None-Match": tag})).status_code == 304
    stale = await sender.get(f"{file}/content", **{"Range": "bytes=0-1", "If-Range": '"other"'})
    assert stale.status_code == 200


async def test_a_file_that_is_not_scanned_yet_is_not_served(sender: Any) -> None:
    file = await sender.stored()
    answer = await sender.get(f"{file}/content")
    assert (answer.status_code, answer.json()["code"]) == (409, "file_not_scanned_yet")
    assert answer.headers["retry-after"] == "2"
    described = await sender.get(file)
    await sender.harness.run_jobs()
    assert (await sender.get(f"{file}/content")).status_code == 200
    after = await sender.get(file, **{"If-None-Match": described.headers["etag"]})
    assert (after.status_code, after.json()["scan"]) == (200, "clean")


async def test_an_object_that_the_store_lost_is_503(sender: Any) -> None:
    file = await sender.clean()
    async with sender.harness.service.database.transaction() as session:
        await session.execute(update(StoredFile).values(object_key="nowhere-at-all"))
    assert (await sender.get(f"{file}/content")).status_code == 503
