"""Every field error is told in French and English, and never with the value."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import Field, ValidationError

from chassis.http.field_messages import OTHERWISE, message
from chassis.schemas import Line, Request


class Sample(Request):
    line: Line = "x"
    number: Annotated[int, Field(ge=1, le=9)] = 1
    day: date = date(2026, 1, 1)
    choice: Literal["a", "b"] = "a"
    identifier: UUID = UUID(int=0)
    names: list[str] = Field(default_factory=list, max_length=1)
    flag: bool = False
    required: str


@pytest.mark.parametrize(
    ("field", "value", "french"),
    [
        ("line", "", "1 caractère(s) au moins."),
        ("line", "x" * 201, "200 caractères au plus."),
        ("line", "a\nb", "Une seule ligne est attendue."),
        ("line", "a\0b", "Les caractères de contrôle ne sont pas admis."),
        ("line", 5, "Un texte est attendu."),
        ("number", 0, "1 au moins."),
        ("number", "abc", "Un nombre entier est attendu."),
        ("day", "hier", "Une date est attendue (AAAA-MM-JJ)."),
        ("choice", "secret-value", "Valeurs possibles : 'a' ou 'b'."),
        ("identifier", "nope", "Un identifiant est attendu."),
        ("names", ["a", "b"], "1 éléments au plus."),
        ("flag", "maybe", "Oui ou non est attendu."),
        ("surprise", 1, "Ce champ n’est pas connu."),
    ],
)
def test_each_kind_of_error_has_its_sentence(field: str, value: Any, french: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Sample.model_validate({"required": "x", field: value})
    [error] = caught.value.errors()
    assert message(error, "fr") == french
    assert message(error, "en") not in (french, OTHERWISE["en"])


def test_a_missing_field_is_named_as_required() -> None:
    with pytest.raises(ValidationError) as caught:
        Sample.model_validate({})
    [error] = caught.value.errors()
    assert message(error, "fr") == "Ce champ est obligatoire."
