"""The slip that goes with a return: where to, how packed, what is kept, and its reference for the reception."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from portal.page import Page
from portal.pages.incidents.printing import PRINTER, card, draft, pdf
from portal.paper.sheet import Card, Cards, Code, Sheet, Text
from portal.translations import N_
from web.text.days import spelled

BY = N_("À renvoyer au plus tard le %(day)s")
OUTSIDE = N_("Écrivez cette référence à l’extérieur du colis, ou collez-y une copie de ce bon.")
NO_ADDRESS = N_("L’adresse figure sur l’étiquette que SQP vous envoie.")
# The rules that makers and distributors share; each a line.
PACKING = (
    N_("Un seul appareil par colis, avec ce bon et rien d’autre."),
    N_("Dans un sachet antistatique, avec 5 cm de mousse de chaque côté, dans un carton rigide."),
    N_("Un disque part nu : sans tiroir, sans câble et sans adaptateur."),
    N_("Un colis mal emballé peut être refusé : gardez-en une photo."),
)
KEPT = (
    N_("Câbles, bloc secteur, rails, tiroirs et accessoires restent chez vous, sauf demande de SQP."),
    N_("Les disques d’un NAS restent chez vous, dans leur ordre, sauf s’ils sont en panne."),
)
# Of a replacement, which is SQP's.
WHOLE = (
    N_("Le remplacement tel que vous l’avez reçu, avec les accessoires qui l’accompagnaient."),
    N_("Vos propres disques restent chez vous : retirez-les."),
)
BEFORE = (
    N_("Vos données sont sauvegardées : SQP n’en garde aucune."),
    N_("Dites sur le portail ce qu’il en est des données, et notez le n° de suivi du colis."),
)


@dataclass(frozen=True)
class Slip:
    """The product to send back, its sender and the due date. ``sender`` is empty if the slip was opened by a mail's
    link, without log-in."""

    incident: str
    line: int
    of_replacement: bool
    due_on: date | None
    label: str
    consequence: str
    address: str
    designation: str
    product_reference: str
    serial_number: str
    sender: Sequence[str] = ()
    type_label: str = ""


async def printed(page: Page, slip: Slip) -> Response:
    return pdf(await PRINTER.print(_sheet(page, slip)), f"retour-{slip.incident}-{slip.line}")


def _sheet(page: Page, slip: Slip) -> Sheet:
    reference = f"{slip.incident}-{slip.line}"
    title = page.gettext(N_("Bon de retour %(reference)s")) % {"reference": reference}
    state = page.gettext(BY) % {"day": spelled(slip.due_on, page.language)} if slip.due_on else slip.label
    sheet = draft(page, title, page.gettext(N_("Bon de retour")), state, slip.consequence)
    sheet.sections = [
        Code(title=page.gettext(N_("Référence du retour")), value=reference, note=page.gettext(OUTSIDE)),
        Cards(cards=list(_ends(page, slip))),
        _rules(page, N_("Emballage"), PACKING),
        _rules(
            page, *((N_("Ce que vous renvoyez"), WHOLE) if slip.of_replacement else (N_("Ce que vous gardez"), KEPT))
        ),
        _rules(page, N_("Avant l’envoi"), BEFORE),
    ]
    return sheet


def _rules(page: Page, title: str, rules: Sequence[str]) -> Text:
    return Text(title=page.gettext(title), body="\n".join(f"– {page.gettext(rule)}" for rule in rules))


def _ends(page: Page, slip: Slip) -> Iterator[Card]:
    yield card(page, N_("À envoyer à"), [], slip.address.splitlines() or [page.gettext(NO_ADDRESS)])
    if slip.sender:
        yield card(page, N_("Expéditeur"), [], slip.sender)
    product = [
        (N_("Désignation"), slip.designation),
        (N_("Référence produit"), slip.product_reference),
        (N_("N° de série"), slip.serial_number),
    ]
    yield card(page, N_("Matériel à renvoyer"), product)
    exchange = f"{slip.line} · {slip.type_label}" if slip.type_label else str(slip.line)
    yield card(page, N_("Dossier"), [(N_("Incident"), slip.incident), (N_("Échange"), exchange)])
