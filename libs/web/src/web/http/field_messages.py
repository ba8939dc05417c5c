"""Validation messages in French and English, by pydantic's error type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from web.i18n import Invalid, Language, Text, text

MESSAGES: dict[str, Text] = {
    "missing": text("Ce champ est obligatoire.", "This field is required."),
    "extra_forbidden": text("Ce champ n’est pas connu.", "This field is not known."),
    "string_too_short": text("{min_length} caractères au moins.", "At least {min_length} characters."),
    "string_too_long": text("{max_length} caractères au plus.", "At most {max_length} characters."),
    "too_short": text("{min_length} éléments au moins.", "At least {min_length} items."),
    "too_long": text("{max_length} éléments au plus.", "At most {max_length} items."),
    "string_pattern_mismatch": text("Ce format n’est pas valable.", "This format is not valid."),
    "string_type": text("Un texte est attendu.", "Text is expected."),
    "literal_error": text("Valeurs possibles : {expected}.", "Possible values: {expected}."),
    "enum": text("Valeurs possibles : {expected}.", "Possible values: {expected}."),
    "greater_than_equal": text("{ge} au moins.", "At least {ge}."),
    "less_than_equal": text("{le} au plus.", "At most {le}."),
    "json_type": text("Un document JSON est attendu.", "A JSON document is expected."),
}

FAMILIES: tuple[tuple[str, Text], ...] = (
    ("int_", text("Un nombre entier est attendu.", "A whole number is expected.")),
    ("bool_", text("Oui ou non est attendu.", "True or false is expected.")),
    ("date_", text("Une date est attendue (AAAA-MM-JJ).", "A date is expected (YYYY-MM-DD).")),
    ("datetime_", text("Une date et une heure sont attendues.", "A date and time are expected.")),
    ("uuid_", text("Un identifiant est attendu.", "An identifier is expected.")),
    ("list_", text("Une liste est attendue.", "A list is expected.")),
    ("model_", text("Un objet JSON est attendu.", "A JSON object is expected.")),
    ("dict_", text("Un objet JSON est attendu.", "A JSON object is expected.")),
    ("string_", text("Ce texte n’est pas valable.", "This text is not valid.")),
)

ONE_AT_LEAST = text("Un élément au moins.", "At least one item.")
OTHERWISE = text("Cette valeur n’est pas valable.", "This value is not valid.")


def message(error: Mapping[str, Any], language: Language) -> str:
    """The sentence for one entry of pydantic's ``errors()``; never holds the value itself."""
    kind = error["type"]
    if kind == "value_error":
        raised = error.get("ctx", {}).get("error")
        return (raised.message if isinstance(raised, Invalid) else OTHERWISE)[language]
    if kind == "string_too_short" and error["ctx"]["min_length"] == 1:
        kind = "missing"  # empty, or nothing of it is seen
    if kind == "too_short" and error["ctx"]["min_length"] == 1:
        return ONE_AT_LEAST[language]
    if kind == "too_long" and error.get("ctx", {}).get("field_type") == "Value":
        kind = "string_too_long"  # a secret, which pydantic counts without knowing that it is text
    found = MESSAGES.get(kind) or next((text_ for prefix, text_ in FAMILIES if kind.startswith(prefix)), OTHERWISE)
    sentence = found[language].format_map(error.get("ctx", {}))
    return sentence.replace("' or '", "' ou '") if language == "fr" else sentence
