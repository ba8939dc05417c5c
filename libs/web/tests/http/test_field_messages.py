"""Every field error is told in French and English, and never with the value."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import Field, ValidationError

from web.http.field_messages import OTHERWISE, message
from web.schemas import Country, Day, EmailAddress, Line, Moment, OptionalPhone, PostalCode, Request


class Sample(Request):
    line: Line = "x"
    number: Annotated[int, Field(ge=1, le=9)] = 1
    day: Day = date(2026, 1, 1)
    at: Moment = datetime(2026, 1, 1, tzinfo=UTC)
    email: EmailAddress = "a@b.fr"
    phone: OptionalPhone = ""
    country: Country = "FR"
    postal_code: PostalCode = "69001"
    choice: Literal["a", "b"] = "a"
    identifier: UUID = UUID(int=0)
    names: list[str] = Field(default_factory=list, max_length=1)
    flag: bool = False
    required: str


@pytest.mark.parametrize(
    ("field", "value", "french"),
    [
        ("line", "", "Ce champ est obligatoire."),
        ("line", "x" * 201, "200 caractères au plus."),
        ("line", "a\nb", "Une seule ligne est attendue."),
        ("line", "\u200b\u3164", "Ce champ est obligatoire."),
        ("email", "a@b..fr", "Cette adresse e-mail n’est pas valable. Exemple\xa0: nom@exemple.fr."),
        ("email", "éric@exemple.fr", "Avant l’arobase, seules les lettres sans accent sont admises."),
        ("phone", "bientôt", "Un seul numéro de téléphone est attendu, par exemple 01 23 45 67 89 ou +32 2 123 45 67."),
        ("country", "ZZ", "Un code de pays à deux lettres est attendu, par exemple FR."),
        ("postal_code", "1000", "Cinq chiffres sont attendus, par exemple 69001."),
        ("day", "1989-12-31", "Une date entre 1990 et 2100 est attendue."),
        ("day", 20260101, "Une date est attendue (AAAA-MM-JJ)."),
        ("at", 1e12, "Une date et une heure sont attendues."),
        ("at", "9999-12-31T23:59:59Z", "Une date entre 1990 et 2100 est attendue."),
        ("line", 5, "Un texte est attendu."),
        ("number", 0, "1 au moins."),
        ("number", "abc", "Un nombre entier est attendu."),
        ("day", "hier", "Une date est attendue (AAAA-MM-JJ)."),
        ("choice", "secret-value", "Valeurs possibles\xa0: 'a' ou 'b'."),
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
