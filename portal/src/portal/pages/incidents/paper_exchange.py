"""The exchanges of an incident on its document, and the slip that goes with a return."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

from starlette.responses import Response

from api.incidents import Incident
from api.incidents.exchanges import Exchange, Exchanges, Fact, WayBack
from events.exchange_words import Direction
from portal import formats
from portal.api_client import ApiRefused
from portal.page import Page
from portal.pages.incidents import words
from portal.pages.incidents.base import blueprint, line_of, number_of, path_of
from portal.pages.incidents.exchange import SQP_STEPS, awaited
from portal.pages.incidents.printing import PRINTER, address_lines, bounded, card, draft, pdf
from portal.paper.sheet import Card, Cards, Code, Section, Sheet, Table, Text
from portal.services import exchanges, incidents
from portal.translations import N_
from web.text.days import spelled

BY = N_("À renvoyer au plus tard le %(day)s")
OUTSIDE = N_("Écrivez cette référence à l’extérieur du colis, ou collez-y une copie de ce bon.")
NOTHING_TO_RETURN = N_("Ce retour n’est plus attendu : il n’y a pas de bon à imprimer.")
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


def sections(page: Page, found: Exchanges) -> Iterator[Section]:
    """For the incident's document, as its reader may see it."""
    for line in found.items:
        named = {"line": line.line}
        title = page.gettext(N_("Échange n° %(line)s")) % named
        there = card(page, f"{title} · {line.type_label}", _there(page, line))
        yield Cards(cards=[there, card(page, N_("Retour"), _back(page, line))])
        if line.replacement_return:
            yield Cards(cards=[card(page, N_("Retour du remplacement"), _replacement_back(page, line))])
        yield Table(
            title=page.gettext(N_("Suivi de l’échange n° %(line)s")) % named,
            head=[page.gettext(word) for word in (N_("Date"), N_("Étape"), N_("Par"), N_("Note"))],
            widths=[3, 6, 4, 5],
            rows=[_fact(page, fact) for fact in line.timeline],
        )


def _there(page: Page, line: Exchange) -> list[tuple[str, str]]:
    unit, promise = line.replacement, line.promise
    replaced = " · ".join((unit.product_reference, unit.serial_number, unit.condition_label)) if unit else ""
    return [
        (N_("État"), line.state_label),
        (N_("Matériel défectueux"), f"{line.product_reference} · {line.serial_number}"),
        (N_("Remplacement"), replaced),
        (N_("Colis"), _parcels(line, "outbound")),
        (N_("Promesse J+1"), f"{promise.label} · {spelled(promise.dispatch_on, page.language)}" if promise else ""),
        (N_("Couverture"), line.cover_label),
    ]


def _back(page: Page, line: Exchange) -> list[tuple[str, str]]:
    back = line.return_
    return [
        (N_("État"), back.label),
        (N_("Retour avant le"), formats.day(back.due_on) if back.is_awaited else ""),
        (N_("Colis"), _parcels(line, "return")),
        (N_("Constat au retour"), back.outcome_label or ""),
        (N_("Ce qui manque"), ", ".join(back.missing)),
    ]


def _replacement_back(page: Page, line: Exchange) -> list[tuple[str, str]]:
    back = line.replacement_return
    assert back is not None, "sections asks for it"
    return [
        (N_("État"), back.label),
        (N_("Retour avant le"), formats.day(back.due_on) if back.is_awaited else ""),
        (N_("Colis"), _parcels(line, "replacement_return")),
        (N_("Constat au retour"), back.outcome_label or ""),
    ]


def _parcels(line: Exchange, direction: Direction) -> str:
    parcels = [each for each in line.shipments if each.direction == direction]
    return ", ".join(f"{each.carrier_label} {each.tracking_number}".strip() for each in parcels)


def _fact(page: Page, fact: Fact) -> list[str]:
    kind = fact.by.organisation_kind
    by = f"{fact.by.name} ({page.gettext(words.KINDS[kind])})" if kind and fact.by.name != "SQP" else fact.by.name
    alone = f" ({page.gettext(N_('SQP seul'))})" if fact.step in SQP_STEPS else ""
    return [formats.moment(fact.at), f"{fact.sentence}{alone}", by, bounded(page, fact.note)]


@blueprint.get("/incidents/{number}/echanges/{line}/bon-de-retour.pdf")
async def print_slip(page: Page) -> Response:
    """While something is to come back: the faulty product, or the replacement. The link of an older mail leads to what
    became of it."""
    number, wanted = number_of(page), line_of(page)
    incident, found = await asyncio.gather(incidents.get(page, number), exchanges.of_incident(page, number))
    line = next((each for each in found.items if each.line == wanted), None)
    if line is None:
        raise ApiRefused(404, {})
    back = awaited(line)
    if back is None:
        where = path_of(number, "echange") + f"#ligne-{wanted}"
        return page.redirect(where, flash=page.gettext(NOTHING_TO_RETURN))
    return pdf(await PRINTER.print(_slip(page, incident, line, back)), f"retour-{number}-{wanted}")


def _slip(page: Page, incident: Incident, line: Exchange, back: WayBack) -> Sheet:
    reference = f"{incident.number}-{line.line}"
    due, is_replacement = back.due_on, back is line.replacement_return
    title = page.gettext(N_("Bon de retour %(reference)s")) % {"reference": reference}
    state = page.gettext(BY) % {"day": spelled(due, page.language)} if due else back.label
    sheet = draft(page, title, page.gettext(N_("Bon de retour")), state, back.consequence)
    sheet.sections = [
        Code(title=page.gettext(N_("Référence du retour")), value=reference, note=page.gettext(OUTSIDE)),
        Cards(cards=list(_ends(page, incident, line, back))),
        _rules(page, N_("Emballage"), PACKING),
        _rules(page, *((N_("Ce que vous renvoyez"), WHOLE) if is_replacement else (N_("Ce que vous gardez"), KEPT))),
        _rules(page, N_("Avant l’envoi"), BEFORE),
    ]
    return sheet


def _rules(page: Page, title: str, rules: Sequence[str]) -> Text:
    return Text(title=page.gettext(title), body="\n".join(f"– {page.gettext(rule)}" for rule in rules))


def _ends(page: Page, incident: Incident, line: Exchange, back: WayBack) -> Iterator[Card]:
    address, holder = incident.delivery_address, incident.client or incident.reseller
    to = back.address.splitlines() or [page.gettext(NO_ADDRESS)]
    yield card(page, N_("À envoyer à"), [], to)
    yield card(page, N_("Expéditeur"), [], [holder.name, *address_lines(page, address)])
    yield card(page, N_("Matériel à renvoyer"), _product(page, line, back))
    about = [(N_("Incident"), incident.number), (N_("Échange"), f"{line.line} · {line.type_label}")]
    yield card(page, N_("Dossier"), about)


def _product(page: Page, line: Exchange, back: WayBack) -> list[tuple[str, str]]:
    """The faulty product, or what was sent for it: a part has no serial number."""
    if back is not line.replacement_return:
        designation, reference, serial = line.designation, line.product_reference, line.serial_number
    elif line.replacement:
        designation = page.gettext(N_("Remplacement reçu pour %(serial)s")) % {"serial": line.serial_number}
        reference, serial = line.replacement.product_reference, line.replacement.serial_number
    else:
        designation = page.gettext(N_("Pièce reçue pour %(serial)s")) % {"serial": line.serial_number}
        reference, serial = line.product_reference, ""
    return [(N_("Désignation"), designation), (N_("Référence produit"), reference), (N_("N° de série"), serial)]
