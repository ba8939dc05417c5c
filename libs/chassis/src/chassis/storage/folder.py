"""A folder as object store: for one machine, such as the embedded stack's."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from io import FileIO
from pathlib import Path
from typing import ParamSpec, TypeVar

from chassis.storage.interface import ObjectMissing, Reading, StorageAway, bounded, checked, gathered

BLOCK = 256 * 1024

P = ParamSpec("P")
T = TypeVar("T")


class FolderStorage:
    """Objects lie in sub-folders by the first two characters of their key. An object is written beside its place,
    synced, and renamed there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    async def ensure(self) -> None:
        await _in_thread(_make_private, self._folder)

    async def put(self, key: str, chunks: AsyncIterator[bytes], *, limit: int) -> int:
        place = self._place(key)
        part = _part(place)
        file = await _in_thread(_create, part)
        try:
            async for block in gathered(bounded(chunks, limit), BLOCK):
                await _in_thread(_write, file, block)
            return await _in_thread(_finish, file, part, place)
        except BaseException:
            await _in_thread(_discard, file, part)
            raise

    async def get(self, key: str, *, start: int = 0, end: int | None = None) -> Reading:
        window = await _in_thread(_Window.open, self._place(key), start, end)
        return Reading(partial(_in_thread, window.read), window.file.close)

    async def exists(self, key: str) -> bool:
        return await _in_thread(self._place(key).is_file)

    async def delete(self, key: str) -> None:
        place = self._place(key)
        for path in (_part(place), place):
            await _in_thread(_unlink, path)

    async def close(self) -> None:
        """Holds nothing open."""

    def _place(self, key: str) -> Path:
        return self._folder / checked(key)[:2] / key


@dataclass
class _Window:
    """An open file and how many of its bytes are still wanted; None for all."""

    file: FileIO
    left: int | None

    @classmethod
    def open(cls, place: Path, start: int, end: int | None) -> _Window:
        try:
            file = FileIO(place)
        except FileNotFoundError as error:
            raise ObjectMissing(place.name) from error
        file.seek(start)
        return cls(file, None if end is None else end - start + 1)

    def read(self) -> bytes:
        block = self.file.read(BLOCK if self.left is None else min(BLOCK, self.left))
        if self.left is not None:
            self.left -= len(block)
        return block


async def _in_thread(function: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """As ``asyncio.to_thread``, but never leaves the thread at work behind a cancellation."""
    call = asyncio.ensure_future(asyncio.to_thread(function, *arguments, **options))
    try:
        return await asyncio.shield(call)
    except asyncio.CancelledError:
        await asyncio.wait([call])
        raise
    except OSError as error:
        raise StorageAway from error


def _part(place: Path) -> Path:
    return place.with_name(f"{place.name}.part")


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _create(part: Path) -> FileIO:
    _make_private(part.parent)
    return part.open("xb", buffering=0)


def _write(file: FileIO, block: bytearray) -> None:
    """All of it: an unbuffered write may take a part only, when the disk is nearly full."""
    view = memoryview(block)
    while view:
        view = view[file.write(view) :]


def _finish(file: FileIO, part: Path, place: Path) -> int:
    """Syncs the bytes, then the name: after a power cut the object is whole or absent."""
    size = file.tell()
    os.fsync(file.fileno())
    file.close()
    part.replace(place)
    directory = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return size


def _discard(file: FileIO, part: Path) -> None:
    file.close()
    _unlink(part)


def _unlink(path: Path) -> None:
    path.unlink(missing_ok=True)
