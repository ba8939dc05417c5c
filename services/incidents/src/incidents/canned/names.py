"""The names that a canned text may hold, and how they are filled. They are fixed: a text is no program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from api.incidents.canned import FilledText, Name
from web.i18n import Language, Text, text
from web.text.folding import fold

LABELS: Mapping[Name, Text] = {
    "revendeur.nom": text("le nom du revendeur", "the reseller’s name"),
    "client.nom": text("le nom du client final, s’il y en a un", "the end client’s name, where there is one"),
    "incident.numero": text("le numéro de l’incident", "the incident’s number"),
    "contrat.numero": text("le numéro du contrat", "the contract’s number"),
    "produit.reference": text("la référence des produits déclarés", "the reference of the declared products"),
    "produit.serie": text("le n° de série des produits déclarés", "the serial number of the declared products"),
    "promesse.jour": text(
        "le jour d’envoi promis, tant que la promesse court", "the promised day of dispatch, while the promise runs"
    ),
    "agent.prenom": text("le prénom de qui écrit", "the first name of whoever writes"),
    "agent.nom": text("le prénom et le nom de qui écrit", "the first and last name of whoever writes"),
}
NAMES: Mapping[str, Name] = {name: name for name in get_args(Name)}

# A name in braces, with what stands there instead where nothing is known: ``{client.nom|cher client}``.
PLACE = re.compile(r"\{([^{}|]*)(?:\|([^{}]*))?\}")
# A name whose braces do not close, or whose fallback holds a brace: PLACE does not match it.
BROKEN = re.compile(r"\{([^{}|]*)\|")


def unknown(body: str) -> str:
    """The first thing in braces that is no name of the list, or a name whose braces do not close, as it is written;
    empty if there is none."""
    wrong = [match[0] for match in PLACE.finditer(body) if _name(match) is None]
    wrong += [match[0] for match in BROKEN.finditer(PLACE.sub("", body)) if _name(match)]
    return wrong[0] if wrong else ""


def held(body: str) -> list[Name]:
    """The names of the list that ``body`` still holds: a message with one in it must not be sent."""
    return list(dict.fromkeys(_known(PLACE.finditer(body))))


def fill(body: str, values: Mapping[Name, str], language: Language) -> FilledText:
    """In one pass: braces in a filled-in value are not read as names."""
    missing: list[Name] = []

    def put(match: re.Match[str]) -> str:
        name = _name(match)
        if name is None:
            return match[0]
        if values.get(name):
            return values[name]
        if match[2] is not None:
            return match[2].strip()
        missing.append(name)
        return f"{{{name}}}"

    return FilledText(language=language, body=PLACE.sub(put, body), missing=list(dict.fromkeys(missing)))


def shown(names: Iterable[Name]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def _known(matches: Iterable[re.Match[str]]) -> Iterator[Name]:
    for match in matches:
        name = _name(match)
        if name is not None:
            yield name


def _name(match: re.Match[str]) -> Name | None:
    """``{Incident.Numéro}`` is one of the list as well: people write accents and capitals."""
    return NAMES.get(fold(match[1]).replace(" ", ""))
