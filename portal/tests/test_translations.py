"""English is complete: every French string of templates and pages has its translation, and none is left over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

import portal
from portal.translations import catalogues, english, gettext

FOLDER = Path(portal.__file__).parent
METHODS = [("**/templates/**.html", "jinja2"), ("**/templates/**.html.j2", "jinja2"), ("**.py", "python")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
READING = {"trimmed": "true", "silent": "false", "newstyle_gettext": "true", "extensions": "jinja2.ext.do"}
# What templates say in no language: names, keys, units of our own.
NO_LANGUAGE = {"SQP", "CSV", "Excel"}
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


def test_french_is_shown_with_its_spaces() -> None:
    """No line breaks before a colon, a question mark or a unit, and numbers are announced one way."""
    loose = re.compile(r"(?<=[\w)»]) ?(?<![\u00a0\u202f])[:;?!](?=\s|$)|« | »|\b[nN]°(?![\u00a0\u202f])|\d [KM]o\b|'")
    shown = {gettext("fr", message) for _, message in french()}
    assert sorted(message for message in shown if loose.search(message)) == []


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Contrat n°%(number)s", "Contrat n°⍽%(number)s"),
        ("N° de série", "N°⍽de série"),
        ("Taille: 20 Mo max.", "Taille⍽: 20⍽Mo max."),
        ("Supprimer « %(name)s » pour de bon ?", "Supprimer «⍽%(name)s⍽» pour de bon⍽?"),
        ("celle-ci ; celle-là !", "celle-ci⍽; celle-là⍽!"),
        ("à 18:27, sur https://sqp.fr", "à 18:27, sur https://sqp.fr"),
        ("Déjà⍽: fait", "Déjà⍽: fait"),
    ],
)
def test_typography_of_a_sentence(written: str, shown: str) -> None:
    assert gettext("fr", written.replace("⍽", "\u00a0")) == shown.replace("⍽", "\u00a0")


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
