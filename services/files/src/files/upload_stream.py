"""A file's content on its way to the store: bounded, hashed, recognised and watched, never held whole."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from files import file_types, filenames
from files.errors import FileEmpty, FileTooLarge
from files.formats import TEXT
from files.models import Content
from files.polyglots import Watch


class UploadStream:
    """``filename`` is asked for once the content has begun: a body names its file first."""

    def __init__(self, limit: int, filename: Callable[[], str]) -> None:
        self._limit = limit
        self._filename = filename
        self._hash = hashlib.sha256()
        self._size = 0
        self._kind = TEXT

    async def passing(self, content: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        """``content`` unchanged. Raises FileTooLarge at the first byte too many, FileEmpty, or a refusal of its type:
        before the first piece where the beginning decides, otherwise in between or after the last."""
        head = b""
        async for piece in content:
            if not head:
                file_types.refuse_name(self._filename())
            self._take(piece)
            head += piece
            if len(head) >= file_types.HEAD:
                break
        if not head:
            raise FileEmpty
        self._kind = file_types.recognise(head[: file_types.HEAD], self._filename())
        watch = Watch(self._kind, head[: file_types.HEAD], is_named_text=file_types.is_named_text(self._filename()))
        watch.see(head)
        yield head
        async for piece in content:
            self._take(piece)
            watch.see(piece)
            yield piece
        self._kind = watch.end()

    def content(self) -> Content:
        """What passed, once it has."""
        name = filenames.clean(self._filename())
        name = filenames.with_extension(name, file_types.fitting_extensions(self._kind, name), self._kind.extensions[0])
        return Content(name, self._kind.media_type, self._size, self._hash.hexdigest())

    def _take(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limit:
            raise FileTooLarge(self._limit)
        self._hash.update(piece)
