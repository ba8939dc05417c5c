"""What MailDev, the mail catcher of docker-compose.yml, has caught."""

from __future__ import annotations

import aiohttp


async def mailed(http: aiohttp.ClientSession, url: str, recipient: str) -> list[tuple[str, str]]:
    """Subject and plain text of every message to ``recipient``, oldest first."""
    async with http.get(f"{url}/email") as answer:
        answer.raise_for_status()
        messages = await answer.json()
    found = [m for m in messages if recipient in [to["address"] for to in m["to"]]]
    return [(m["subject"], m["text"]) for m in sorted(found, key=lambda m: str(m["time"]))]
