"""What a test needs of a running stack, whichever it is."""

from __future__ import annotations

import re
from typing import Protocol

TOKEN = re.compile(r"[?&]token=([A-Za-z0-9_-]+)")


class RunningStack(Protocol):
    """``url`` is the gateway's. SQP's support and the demonstration service account exist."""

    kind: str
    url: str

    async def mailed(self, recipient: str) -> list[tuple[str, str]]:
        """Subject and plain text of every message to ``recipient`` so far, oldest first."""


def token_in(text: str) -> str | None:
    found = TOKEN.search(text)
    return found[1] if found else None
