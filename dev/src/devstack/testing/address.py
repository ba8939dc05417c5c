"""A stack that runs elsewhere, such as the compose file's, with its demonstration data.

``STACK_URL`` is its gateway's address, ``STACK_MAIL_URL`` that of its mail catcher's page (MailDev).
"""

from __future__ import annotations

import os

import aiohttp

from demonstration import maildev


class AddressStack:
    kind = "address"

    def __init__(self, url: str, mail_url: str) -> None:
        self.url = url
        self._mail_url = mail_url

    @classmethod
    def of_environment(cls) -> AddressStack | None:
        url = os.environ.get("STACK_URL")
        return cls(url.rstrip("/"), os.environ["STACK_MAIL_URL"].rstrip("/")) if url else None

    async def start(self) -> AddressStack:
        """It runs already: fails at once when it does not."""
        async with aiohttp.ClientSession() as http, http.get(f"{self.url}/readyz") as answer:
            answer.raise_for_status()
        return self

    async def stop(self) -> None:
        """Does nothing: the platform at this address was started by another process."""

    async def mailed(self, recipient: str) -> list[tuple[str, str]]:
        async with aiohttp.ClientSession() as http:
            return await maildev.mailed(http, self._mail_url, recipient)
