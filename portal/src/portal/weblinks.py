"""Addresses in what people write, made clickable: http and https alone, and nothing of the sentence around them."""

from __future__ import annotations

import re

from jinja2.utils import urlize
from markupsafe import Markup, escape

ADDRESS = re.compile(r"(https?://[^\s<>\"«»]+)")
# Ends a sentence rather than an address. Brackets are urlize's to balance.
AFTER = ".,;:!?'’”]…"
REL = "noopener noreferrer nofollow"


def linked(text: str) -> Markup:
    """Escaped, with its links."""
    pieces = ADDRESS.split(text)
    return Markup("").join(_link(piece) if index % 2 else escape(piece) for index, piece in enumerate(pieces))


def _link(written: str) -> Markup:
    address = written.rstrip(AFTER)
    # urlize escapes before it adds its own markup.
    return Markup(urlize(address, rel=REL)) + written[len(address) :]  # noqa: S704 - as said above
