"""What the printed documents of an incident share."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from api.incidents import Address
from portal import countries, formats
from portal.page import Page
from portal.paper.printer import Printer
from portal.paper.sheet import Card, Sheet
from portal.translations import N_
from web import clock

PRINTER = Printer()
# Of one text: ten thousand characters may be as many lines.
MOST_OF_A_TEXT = 250
CUT_TEXT = N_("[…] Texte coupé ici : la suite se lit sur le portail.")
TOO_LONG = N_("Ce document s’arrête à %(num)s pages : la suite se lit sur le portail.")
UNWRITABLE = N_("Certains caractères ne s’impriment pas (□) : le portail les montre.")
BY_LINK = N_("le lien d’un e-mail")
PRINTED = N_("Imprimé le %(moment)s (heure de Paris) par %(name)s")


def draft(page: Page, title: str, subject: str, state: str, step: str) -> Sheet:
    """A document without sections yet, with what stands at the foot of its pages."""
    name = page.person.name if page.person else page.gettext(BY_LINK)
    printed = {"moment": formats.moment(clock.now()), "name": name}
    return Sheet(
        language=page.language,
        title=title,
        subject=subject,
        state=state,
        step=step,
        printed=page.gettext(PRINTED) % printed,
        page_of=page.gettext("Page {page} sur {pages}"),
        too_long=page.gettext(TOO_LONG) % {"num": Sheet.model_fields["most_pages"].default},
        unwritable=page.gettext(UNWRITABLE),
        sections=[],
    )


def card(page: Page, title: str, facts: Sequence[tuple[str, str]], lines: Sequence[str] = ()) -> Card:
    given = [(page.gettext(label), value) for label, value in facts if value]
    return Card(title=page.gettext(title), lines=[line for line in lines if line], facts=given)


def address_lines(page: Page, address: Address) -> list[str]:
    """The lines of an address, as an envelope has them."""
    country = countries.country(address.country, page.language).upper()
    return [address.street, address.complement, f"{address.postal_code} {address.city}", country]


def bounded(page: Page, text: str) -> str:
    lines = text.splitlines()
    if len(lines) <= MOST_OF_A_TEXT:
        return text
    return "\n".join([*lines[:MOST_OF_A_TEXT], page.gettext(CUT_TEXT)])


def pdf(printed: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return Response(printed, media_type="application/pdf", headers=headers)
