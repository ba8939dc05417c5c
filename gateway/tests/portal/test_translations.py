"""English is complete: every French string of templates and pages has its translation, and none is left over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir

import gateway.portal
from gateway.portal.translations import catalogues, english

FOLDER = Path(gateway.portal.__file__).parent
METHODS = [("**/templates/**.html", "jinja2"), ("**/templates/**.html.j2", "jinja2"), ("**.py", "python")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "later": None}
READING = {"trimmed": "true", "silent": "false", "newstyle_gettext": "true", "extensions": "jinja2.ext.do"}
# What templates say in no language: names, keys, units of our own.
NO_LANGUAGE = {"SQP"}
EXPRESSION = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
SPOKEN = re.compile(r"\s(?:aria-label|placeholder|title|alt)=\"([^\"]*)\"")
OPTIONS = {"**/templates/**.html": READING}


def french() -> Iterator[tuple[str, str]]:
    found = extract_from_dir(str(FOLDER), METHODS, OPTIONS, KEYWORDS)
    for path, _, messages, _, _ in found:
        for message in messages if isinstance(messages, tuple) else (messages,):
            if message:
                yield path, message


def test_every_french_string_has_its_english() -> None:
    known = english()
    assert not sorted({f"{path}: {message}" for path, message in french() if message not in known})


def test_no_translation_is_left_over() -> None:
    used = {message for _, message in french()}
    assert not sorted(set(english()) - used)


def test_placeholders_survive_translation() -> None:
    for catalogue in catalogues().values():
        for message in catalogue:
            assert not list(message.check(catalogue)), message.id


def test_no_word_stands_in_a_template_outside_a_translation() -> None:
    found = set()
    for path in sorted((FOLDER / "templates").rglob("*.html")):
        written = EXPRESSION.sub("", path.read_text(encoding="utf-8"))
        written = re.sub(r"<(style|script).*?</\1>|<!doctype[^>]*>", "", written, flags=re.DOTALL)
        texts = [*SPOKEN.findall(written), *re.sub(r"<[^>]*>", "\n", written).split("\n")]
        found |= {
            f"{path.name}: {text.strip()}" for text in texts if set(re.findall(r"[^\W\d_]{2,}", text)) - NO_LANGUAGE
        }
    assert not sorted(found)
