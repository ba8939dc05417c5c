"""What a form reads, and changes by the version that it read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from portal.api_client import Body, Reply
from portal.page_request import PageRequest
from web.schemas import Request

Patch = TypeVar("Patch", bound=Request)


@dataclass(frozen=True)
class Resource(Generic[Body, Patch]):
    page: PageRequest
    path: str
    kind: type[Body]
    patch_kind: type[Patch]

    async def get(self) -> Body:
        return (await self.read()).body

    async def read(self) -> Reply[Body]:
        return await self.page.read(self.kind, self.path)

    async def patch(self, values: Mapping[str, object], etag: str) -> None:
        await self.page.change("PATCH", self.path, self.page.build(self.patch_kind, values), etag=etag)
