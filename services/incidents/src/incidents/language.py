"""The language that a request asks for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from web.i18n import Language, negotiate


async def _language(request: Request) -> Language:
    return negotiate(request.headers.get("accept-language"))


Lang = Annotated[Language, Depends(_language)]
