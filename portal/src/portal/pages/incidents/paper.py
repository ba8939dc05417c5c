"""One incident on paper, as its reader may see it. SQP's notes are always left out, because paper is handed on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from starlette.responses import Response

from api.incidents import Article, Attachment, HistoryLine, Incident, Message
from api.incidents.exchanges import Exchanges
from portal import formats
from portal.page import Page
from portal.pages.incidents import paper_exchange, words
from portal.pages.incidents.base import blueprint, number_of
from portal.pages.incidents.printing import MOST_OF_A_TEXT, PRINTER, address_lines, bounded, card, draft, pdf
from portal.paper.sheet import Card, Cards, PrintedThread, Said, Sheet, Table, Text
from portal.services import exchanges, incidents
from portal.translations import N_
from web.text import mailboxes, phones
from web.text.days import spelled

# Of a thread's newest messages; a line holds about this many characters. Together with ``Sheet.most_pages`` this
# bounds what is read, sent to the drawing process and drawn.
MOST_LINES = 1800
LINE = 95
# Messages that one call asks for: what it answers is read in one go.
AT_ONCE = 25

TITLES = {"client": N_("Messagerie"), "sqp": N_("Messagerie (SQP)")}
NOT_READ = {"client": N_("SQP ne lit pas cette messagerie."), "sqp": N_("Le client ne lit pas cette messagerie.")}
PLACES = {"declaration": N_("Déclaration"), "client": N_("Messagerie"), "sqp": N_("Messagerie (SQP)")}
CUT_THREAD = N_("Messages montrés : les plus récents, %(num)s sur %(total)s. Les précédents se lisent sur le portail.")
WRITTEN_ON = N_("écrit sur le n° %(number)s")
OFF = ("refused", "detached", "erased")


@blueprint.get("/incidents/{number}/pdf")
async def print_incident(page: Page) -> Response:
    number = number_of(page)
    with PRINTER.place(page.person_id):
        incident, history, exchanged = await asyncio.gather(
            incidents.get(page, number), incidents.history(page, number), exchanges.of_incident(page, number)
        )
    threads = [await _thread(page, incident, name) for name in incident.threads if name in TITLES]
    sheet = _sheet(page, incident, history.items, exchanged, threads)
    return pdf(await PRINTER.print(sheet), f"incident-{number}")


def _sheet(
    page: Page, incident: Incident, history: list[HistoryLine], exchanged: Exchanges, threads: list[PrintedThread]
) -> Sheet:
    reason = incident.pending_reason_label
    state = reason if reason and reason.startswith(incident.status_label) else incident.status_label
    title = page.gettext("Incident n° %(number)s") % {"number": incident.number}
    sheet = draft(page, title, incident.title, state, words.next_step(page, incident))
    sheet.sections = [
        Cards(cards=list(_cards(page, incident))),
        _products(page, incident.articles),
        Text(title=page.gettext("Descriptif"), body=bounded(page, incident.description)),
        _files(page, incident.attachments),
        *paper_exchange.sections(page, exchanged),
        _history(page, history),
        *threads,
    ]
    return sheet


def _cards(page: Page, incident: Incident) -> Iterator[Card]:
    contract, address, by = incident.contract, incident.delivery_address, incident.declared_by
    named = ", ".join(dict.fromkeys(name for name in (by.name, by.organisation_name) if name))
    declared = [
        (N_("Nature de l’incident"), incident.nature_label),
        (N_("Déclaré par"), words.by_whom(page, by, incident.on_behalf) if incident.on_behalf else named),
        (N_("Déclaré le"), formats.moment(incident.declared_at)),
        (N_("Promesse J+1"), _promised(page, incident)),
        (N_("Fait suite à"), incident.linked_to or ""),
        (N_("A pour suite"), ", ".join(incident.followed_by)),
        (N_("Fusionné avec"), incident.merged_into or ", ".join(incident.merged)),
    ]
    yield card(page, N_("Déclaration"), declared)
    bought = [
        (N_("N° de contrat"), contract.number),
        (N_("Référence produit"), contract.product_reference),
        (N_("N° de série"), contract.serial_number),
        (N_("Début"), formats.day(contract.starts_on)),
        (N_("Fin de garantie"), formats.day(contract.warranty_ends_on)),
        (N_("Niveau de service"), contract.service_level),
    ]
    yield card(page, N_("Contrat"), bought)
    lines = [address.label, *address_lines(page, address)]
    yield card(page, N_("Adresse de livraison"), _reached(address.email, address.phone), lines)
    for title, party in ((N_("Revendeur"), incident.reseller), (N_("Client"), incident.client)):
        if party is not None:
            yield card(page, title, _reached(party.email, party.phone), [party.name])


def _promised(page: Page, incident: Incident) -> str:
    promise = incident.promise
    return f"{promise.label} · {spelled(promise.dispatch_on, page.language)}" if promise else ""


def _reached(email: str, phone: str) -> list[tuple[str, str]]:
    return [(N_("E-mail"), mailboxes.shown(email)), (N_("Téléphone"), phones.shown(phone))]


def _products(page: Page, articles: list[Article]) -> Table:
    return Table(
        title=page.gettext("Produit(s) concerné(s)"),
        head=[page.gettext(word) for word in (N_("N° de série"), N_("Référence produit"), N_("Désignation"))],
        widths=[3, 3, 5],
        rows=[[each.serial_number, each.product_reference, each.designation] for each in articles],
        serials=[0],
    )


def _files(page: Page, attachments: list[Attachment]) -> Table:
    rows = [
        [
            _named(page, each),
            formats.size(each.size, page.language) if each.size is not None else "",
            page.gettext(PLACES[each.scope]),
            f"{each.attached_by_name}\n{formats.moment(each.attached_at)}",
        ]
        for each in attachments
        if each.state not in OFF and each.scope in PLACES
    ]
    return Table(
        title=page.gettext("Fichiers"),
        head=[page.gettext(word) for word in (N_("Nom"), N_("Taille"), N_("Joint à"), N_("Joint par"))],
        widths=[5, 2, 3, 4],
        rows=rows,
        empty=page.gettext("Aucun fichier joint."),
    )


def _named(page: Page, attachment: Attachment) -> str:
    return attachment.name or page.gettext("Fichier")


def _history(page: Page, history: list[HistoryLine]) -> Table:
    rows = []
    for line in history:
        says_both = line.reason_label and line.reason_label.startswith(line.to_label)
        state = line.reason_label if says_both else " · ".join(filter(None, (line.to_label, line.reason_label)))
        by = words.by_whom(page, line.by, line.on_behalf)
        note = ". ".join(filter(None, (line.sentence, line.note)))
        rows.append([formats.moment(line.at), state or "", by, bounded(page, note)])
    return Table(
        title=page.gettext("Suivi"),
        head=[page.gettext(word) for word in (N_("Date"), N_("État"), N_("Par"), N_("Note"))],
        widths=[3, 3, 4, 6],
        rows=rows,
    )


async def _thread(page: Page, incident: Incident, name: str) -> PrintedThread:
    """Of a thread that the service says is the reader's: it answers 404 for any other."""
    messages, total = await _newest(page, incident.number, name)
    counted = {"num": len(messages), "total": total}
    return PrintedThread(
        title=page.gettext(TITLES[name]),
        side="client" if name == "client" else "sqp",
        readers=page.gettext(NOT_READ[name]),
        cut=page.gettext(CUT_THREAD) % counted if total > len(messages) else "",
        messages=[_said(page, message) for message in reversed(messages)],
        empty=page.gettext("Aucun message pour l’instant."),
    )


async def _newest(page: Page, number: str, name: str) -> tuple[list[Message], int]:
    """As many as fit, the newest first, and how many there are."""
    found: list[Message] = []
    room, cursor = MOST_LINES, ""
    while True:
        answer = (await incidents.messages(page, number, name, limit=AT_ONCE, cursor=cursor)).body
        for message in answer.items:
            room -= _height(message)
            if room < 0:
                return found, answer.total
            found.append(message)
        if not answer.next:
            return found, answer.total
        cursor = answer.next


def _height(message: Message) -> int:
    """In lines."""
    lines = sum(1 + len(line) // LINE for line in message.body.splitlines())
    return 3 + min(lines, MOST_OF_A_TEXT) + len(message.attachments)


def _said(page: Page, message: Message) -> Said:
    kind = message.author.organisation_kind
    about = [page.gettext(words.KINDS[kind])] if kind else []
    about.append(formats.moment(message.at))
    if message.merged_from:
        about.append(page.gettext(WRITTEN_ON) % {"number": message.merged_from})
    return Said(
        author=message.author.name,
        about=" · ".join(about),
        body=bounded(page, message.body),
        files=[_named(page, each) for each in message.attachments if each.state not in OFF],
    )
