"""The exchanges of an incident on its document, and the slip that goes with a return."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from starlette.responses import Response

from api.incidents import Incident
from api.incidents.exchanges import Exchange, Exchanges, Fact, WayBack
from events.exchange_words import Direction
from portal import formats
from portal.api_client import ApiRefused
from portal.page import Page
from portal.pages.incidents import return_slip, words
from portal.pages.incidents.base import blueprint, line_of, number_of, path_of
from portal.pages.incidents.exchange import SQP_STEPS, awaited
from portal.pages.incidents.printing import address_lines, bounded, card
from portal.pages.incidents.return_slip import Slip
from portal.paper.sheet import Cards, Section, Table
from portal.services import exchanges, incidents
from portal.translations import N_
from web.text.days import spelled

NOTHING_TO_RETURN = N_("Ce retour n’est plus attendu : il n’y a pas de bon à imprimer.")


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
    return await return_slip.printed(page, _slip(page, incident, line, back))


def _slip(page: Page, incident: Incident, line: Exchange, back: WayBack) -> Slip:
    designation, reference, serial = _product(page, line, back)
    holder = incident.client or incident.reseller
    return Slip(
        incident=incident.number,
        line=line.line,
        of_replacement=back is line.replacement_return,
        due_on=back.due_on,
        label=back.label,
        consequence=back.consequence,
        address=back.address,
        designation=designation,
        product_reference=reference,
        serial_number=serial,
        sender=[holder.name, *address_lines(page, incident.delivery_address)],
        type_label=line.type_label,
    )


def _product(page: Page, line: Exchange, back: WayBack) -> tuple[str, str, str]:
    """The faulty product, or what was sent for it: a part has no serial number."""
    if back is not line.replacement_return:
        return line.designation, line.product_reference, line.serial_number
    if line.replacement:
        designation = page.gettext(N_("Remplacement reçu pour %(serial)s")) % {"serial": line.serial_number}
        return designation, line.replacement.product_reference, line.replacement.serial_number
    designation = page.gettext(N_("Pièce reçue pour %(serial)s")) % {"serial": line.serial_number}
    return designation, line.product_reference, ""
