"""What pages and browsers tell each other of passkeys, as JSON in the form."""

from __future__ import annotations

import json
from typing import Any

from api.identity.factors import PasskeyOptions
from portal.page_request import PageRequest


def written(asked: PasskeyOptions) -> str:
    """For the page's script."""
    return json.dumps(asked.options)


def typed(page: PageRequest) -> dict[str, Any] | None:
    """What the browser's passkey signed; None where the form came without it. What is no JSON object is an empty one,
    which the service refuses."""
    sent = page.field("credential")
    if not sent:
        return None
    try:
        read = json.loads(sent)
        # Half a surrogate, and what is nested too deep, could not be sent on.
        json.dumps(read, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
