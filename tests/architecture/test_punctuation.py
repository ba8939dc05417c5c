"""French sets a space on which no line ends before : ; ? ! and inside « », also where a template joins two texts."""

from __future__ import annotations

import re
from pathlib import Path

TEMPLATES = Path("portal/src/portal/templates")
# Sentences are set by the catalogue; what is between them stands in the templates themselves.
_CODE = re.compile(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}|<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>", re.DOTALL)


def test_no_template_sets_a_plain_space_before_french_punctuation() -> None:
    found = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        text = _CODE.sub("x", path.read_text(encoding="utf-8"))
        found += [f"{path}: {match[0]!r}" for match in re.finditer(r"\S [:;?!»](?!\w)|« ", text)]
    assert found == []
