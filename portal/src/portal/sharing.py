"""Who of a client's organisation sees an incident beside its administrators: what forms offer, and what was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.incidents import Incident, Sharing
from portal.forms import FINE, Field, Form, FormErrors
from portal.identifiers import is_id
from portal.page import Page
from portal.page_request import PageRequest, or_unavailable
from portal.services import identity
from portal.translations import N_

READERS = Field("readers", N_("Les personnes choisies"), needed=False, path="sharing.people")
SHARED_WITH = Field("shared_with", N_("Qui le voit chez vous"), needed=False, path="sharing")
# The part stands before what it is a part of.
SHARING = Form(READERS, SHARED_WITH)
WAYS = {
    "administrators": N_("Les administrateurs"),
    "people": N_("Les administrateurs et des personnes choisies"),
    "organisation": N_("Toute l’organisation"),
}
NOBODY_CHOSEN = N_("Choisissez au moins une personne.")
ALL_SEE = N_("Toute votre organisation voit cet incident.")
ADMINISTRATORS_SEE = N_("Seuls les administrateurs de votre organisation voient cet incident.")
NAMED_SEE = N_("Dans votre organisation, les administrateurs voient cet incident, et %(names)s.")


@dataclass(frozen=True)
class Shown:
    """The sentence, and the form for administrators. ``seen``: the sharing that the person saw."""

    sentence: str
    seen: str
    people: Sequence[tuple[str, str]]
    chosen: str
    readers: Sequence[str]
    trouble: FormErrors
    ways: Mapping[str, str]


async def shown(page: Page, incident: Incident, trouble: FormErrors) -> Shown | None:
    """To people of the client; ``trouble`` with what the form held, which is shown again."""
    sharing = incident.sharing
    if sharing is None or not page.may("client"):
        return None
    chosen: str = sharing.shared_with
    readers = [str(each.user_id) for each in sharing.people]
    if trouble is not FINE:
        chosen, readers = page.field("shared_with"), page.fields("readers")
    people = await offered(page, readers) if sharing.may_change else []
    return Shown(_sentence(page, sharing), seen(sharing), people, chosen, readers, trouble, WAYS)


def seen(sharing: Sharing) -> str:
    return " ".join([sharing.shared_with, *(str(each.user_id) for each in sharing.people)])


def _sentence(page: Page, sharing: Sharing) -> str:
    if sharing.shared_with == "organisation":
        return page.gettext(ALL_SEE)
    names = ", ".join(each.name for each in sharing.people)
    return page.gettext(NAMED_SEE if names else ADMINISTRATORS_SEE) % {"names": names}


async def offered(page: Page, chosen: Sequence[str]) -> list[tuple[str, str]]:
    """The basic people of one's organisation, by id; while identity does not answer, those who were chosen."""
    found = await or_unavailable(identity.users(page, sort="last_name", limit=identity.MOST))
    if not found:
        return [(each, page.gettext("Personne choisie")) for each in chosen]
    basic = [each for each in found.items if each.role == "basic" and each.status != "disabled"]
    return [(str(each.id), f"{each.first_name} {each.last_name}".strip() or each.login) for each in basic]


def wanted(shared_with: str, readers: Sequence[str]) -> dict[str, object]:
    """What a SharingPut holds."""
    people = [each for each in dict.fromkeys(readers) if is_id(each)] if shared_with == "people" else []
    return {"shared_with": shared_with if shared_with in WAYS else "administrators", "people": people}


def missing(page: PageRequest, sharing: Mapping[str, object]) -> dict[str, str]:
    is_empty = sharing["shared_with"] == "people" and not sharing["people"]
    return {READERS.name: page.gettext(NOBODY_CHOSEN)} if is_empty else {}
