"""A form with a field that is needed and empty changes nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from portal.forms import BARE, Field, Form

NAMED = Form(Field("name", "Nom"), Field("phone", "Téléphone", needed=False))


@pytest.mark.parametrize(
    ("form", "typed", "wrong"),
    [
        (NAMED, {"name": "Ada"}, None),
        (NAMED, {"phone": "01"}, {"name": "Nom : à renseigner."}),
        (BARE, {}, None),
    ],
)
async def test_an_attempt_looks_for_gaps_first(form: Form, typed: dict[str, str], wrong: dict[str, str] | None) -> None:
    changes: list[str] = []

    async def change() -> None:
        changes.append("made")

    page: Any = SimpleNamespace(field=lambda name: typed.get(name, ""), gettext=lambda words: words)
    trouble = await form.attempt(page, change)
    assert (trouble and trouble.wrong) == wrong
    assert changes == ([] if wrong else ["made"])
