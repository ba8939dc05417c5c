"""The choice of a caller when SQP declares: people of the contract's reseller or client, or a name."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.contracts import Contract, Party
from api.identity.invitations import LookedAfter
from portal.forms import Field, Form, to_fill_in
from portal.identifiers import is_id
from portal.page import Page
from portal.page_request import Away, PageRequest, if_allowed, or_unavailable
from portal.services import identity
from portal.translations import N_

CALLER = Field("caller", N_("Pour le compte de"), needed=False, path="on_behalf")
NAME = Field("caller_name", N_("Nom de la personne qui appelle"), needed=False, path="on_behalf.caller_name")
# The part stands before what it is a part of.
CALLERS = Form(NAME, CALLER)
KINDS = {"reseller": N_("Revendeur"), "client": N_("Client")}


@dataclass(frozen=True)
class Callers:
    """An organisation that may call, and its people. The value of a person is ``client:`` and its id; ``kind`` alone
    stands for a person whose name is typed."""

    kind: str
    title: str
    other: str
    people: Sequence[tuple[str, str]]


async def offered(page: Page, contract: Contract | Away, chosen: str) -> list[Callers]:
    """The callers on offer. While contracts does not answer, both kinds of organisation without names, with the choice
    made before; while identity does not, names have to be typed."""
    if not contract:
        return [_unnamed(page, kind, chosen) for kind in KINDS]
    parties = {"reseller": contract.reseller, "client": contract.client}
    asked = (_of(page, kind, party, chosen) for kind, party in parties.items() if party)
    return list(await asyncio.gather(*asked))


def missing(page: PageRequest, texts: Mapping[str, str]) -> dict[str, str]:
    kind, person = _parts(texts.get("caller", ""))
    if not kind:
        return {CALLER.name: to_fill_in(page, CALLER)}
    return {} if person or texts.get("caller_name") else {NAME.name: to_fill_in(page, NAME)}


def on_behalf(texts: Mapping[str, str]) -> dict[str, object] | None:
    """The ``on_behalf`` of an IncidentCreate; None if no caller was chosen."""
    kind, person = _parts(texts.get("caller", ""))
    if not kind:
        return None
    return {"organisation": kind, **({"caller_id": person} if person else {"caller_name": texts.get("caller_name")})}


def organisation(contract: Contract, caller: str) -> Party | None:
    """Whose person calls."""
    kind, _ = _parts(caller)
    return contract.client if kind == "client" else contract.reseller


def _parts(caller: str) -> tuple[str, str]:
    """The kind of organisation, and the person's id where one was chosen; empty for what no form offers."""
    kind, _, person = caller.partition(":")
    is_offered = kind in KINDS and (is_id(person) or caller == kind)
    return (kind, person) if is_offered else ("", "")


async def _of(page: Page, kind: str, party: Party, chosen: str) -> Callers:
    people = await if_allowed(or_unavailable(identity.people(page, f"{kind}s", party.id)))
    if not people:
        return _unnamed(page, kind, chosen)
    active = [(f"{kind}:{each.id}", _name(each)) for each in people.items if each.status != "disabled"]
    title = f"{page.gettext(KINDS[kind])} · {party.name}"
    return Callers(kind, title, page.gettext("Autre personne, %(name)s") % {"name": party.name}, active)


def _unnamed(page: Page, kind: str, chosen: str) -> Callers:
    """An organisation whose list of people is unavailable."""
    title = page.gettext(KINDS[kind])
    of_kind = [(chosen, page.gettext("Personne choisie"))] if chosen.startswith(f"{kind}:") else []
    return Callers(kind, title, page.gettext("Autre personne, %(name)s") % {"name": title}, of_kind)


def _name(person: LookedAfter) -> str:
    return f"{person.first_name} {person.last_name}".strip() or person.login
