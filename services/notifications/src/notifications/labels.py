"""What people read, on screen and in e-mails alike: one title, one sentence, one button; French and English."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from notifications import (
    account_labels,
    answer_labels,
    declaration_labels,
    exchange_labels,
    exchange_texts,
    reminder_texts,
)
from notifications.lines import Facts, device, moments, one_line, plain
from notifications.notification_types import EmailKind
from notifications.status_labels import (
    AWAITED,
    CANCELLED,
    MERGED,
    PARTED,
    PENDING,
    REOPENED,
    SEE_MANY,
    STATUS,
    TITLE_OF_MANY,
    concerned,
    of_many,
)
from web import clock
from web.i18n import Language, Text, text
from web.text.characters import cut, paragraphs


@dataclass(frozen=True)
class Words:
    """``title`` heads the feed's line and is the e-mail's subject; ``context`` and ``notes`` are the e-mail's only.

    ``quote`` is what a person wrote about it, of several lines: the e-mail has it whole, the feed's ``line`` its start.
    ``groups`` are lists, each below its heading; ``links`` are label and address of what the e-mail leads to beside the
    button, in the portal where the address has no host.
    """

    title: str
    body: str
    button: str
    context: str = ""
    quote: str = ""
    notes: tuple[str, ...] = ()
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    language: Language = "fr"

    @property
    def line(self) -> str:
        if not self.quote:
            return self.body
        quote = one_line(self.quote)
        start = quote if len(quote) <= EXCERPT else f"{cut(quote, EXCERPT - 1).rstrip()}…"
        return f"{self.body} {QUOTED[self.language].format(start)}"


EXCERPT = 200
QUOTED = text("« {} »", "“{}”")

TITLES: dict[EmailKind, Text] = {
    "incident_declared": text("[Nouvel incident] Incident n. {number}", "[New incident] Incident no. {number}"),
    "status_changed": text("[Nouveau statut] Incident n. {number}", "[New status] Incident no. {number}"),
    "incident_shared": text("[Incident partagé] Incident n. {number}", "[Incident shared] Incident no. {number}"),
    "answer_reminded": answer_labels.TITLE,
    "closing_postponed": text("[Clôture repoussée] Incident n. {number}", "[Closing postponed] Incident no. {number}"),
    "promise_missed": text("[Envoi en retard] Incident n. {number}", "[Dispatch late] Incident no. {number}"),
    "exchange_changed": exchange_texts.CHANGED,
    "return_reminded": exchange_texts.DUE,
    "message_posted": text("[Nouveau message] Incident n. {number}", "[New message] Incident no. {number}"),
    "note_mentioned": text("[Note interne] Incident n. {number}", "[Internal note] Incident no. {number}"),
    "note_written": text("[Note interne] Incident n. {number}", "[Internal note] Incident no. {number}"),
    "files_attached": text("[Nouveau fichier] Incident n. {number}", "[New file] Incident no. {number}"),
    "contract_registered": text("[Nouveau contrat] Contrat n° {number}", "[New contract] Contract no. {number}"),
    "contract_extended": text("[Contrat étendu] Contrat n° {number}", "[Contract extended] Contract no. {number}"),
    "contract_expiring": reminder_texts.ENDS,
    "sign_up_requested": text("[Demande d’accès] {client_name}", "[Access request] {client_name}"),
    "new_device": text("[Nouvelle connexion] Votre compte", "[New log-in] Your account"),
    **account_labels.TITLES,
}

# Of a line that counts several.
TITLES_OF_MANY: dict[str, Text] = {
    "contract_registered": text("[Nouveaux contrats] {count} contrats", "[New contracts] {count} contracts"),
    "contract_extended": text("[Contrats étendus] {count} contrats", "[Contracts extended] {count} contracts"),
    **reminder_texts.TITLES_OF_MANY,
    "sign_up_requested": text("[Demandes d’accès] {count} demandes", "[Access requests] {count} requests"),
}
BODIES_OF_MANY: dict[str, Text] = {
    **reminder_texts.BODIES_OF_MANY,
    "contract_registered": text(
        "{count} contrats sont enregistrés, dont le n° {number} pour {product_reference}.",
        "{count} contracts are registered, among them no. {number} for {product_reference}.",
    ),
    "contract_extended": text(
        "{count} contrats sont étendus, dont le n° {number} pour {product_reference}.",
        "{count} contracts are extended, among them no. {number} for {product_reference}.",
    ),
    "sign_up_requested": text(
        "{count} accès au portail sont demandés, dont un par {email} pour {client_name} (contrat "
        "n° {contract_number}).",
        "Access to the portal is asked for {count} times, once by {email} for {client_name} (contract no. "
        "{contract_number}).",
    ),
}
SEE_CONTRACTS = text("Voir les contrats", "See the contracts")
BUTTONS_OF_MANY: dict[str, Text] = {
    **dict.fromkeys(TITLES_OF_MANY, SEE_CONTRACTS),
    "sign_up_requested": text("Voir les demandes", "See the requests"),
}

SEE_INCIDENT = text("Voir l’incident", "See the incident")
ANSWER = text("Répondre", "Reply")
SEE_CONTRACT = text("Voir le contrat", "See the contract")
BUTTONS: dict[EmailKind, Text] = {
    "incident_declared": SEE_INCIDENT,
    "incident_shared": SEE_INCIDENT,
    "status_changed": SEE_INCIDENT,
    "answer_reminded": ANSWER,
    "closing_postponed": SEE_INCIDENT,
    "promise_missed": SEE_INCIDENT,
    "exchange_changed": SEE_INCIDENT,
    "return_reminded": exchange_texts.ANSWER,
    "message_posted": text("Lire le message", "Read the message"),
    "note_mentioned": text("Lire la note", "Read the note"),
    "note_written": text("Lire la note", "Read the note"),
    "files_attached": SEE_INCIDENT,
    "contract_registered": SEE_CONTRACT,
    "contract_extended": SEE_CONTRACT,
    "contract_expiring": SEE_CONTRACT,
    "sign_up_requested": text("Voir la demande", "See the request"),
    "new_device": text("Voir mes sessions", "See my sessions"),
    **account_labels.BUTTONS,
}

BODIES: dict[str, Text] = {
    "incident_shared": text(
        "{actor} partage avec vous l’incident « {title} ».", "{actor} shares the incident “{title}” with you."
    ),
    "answer_reminded": answer_labels.BODY,
    "closing_postponed": text(
        "{actor} a écrit après la résolution : l’incident n’est peut-être pas réglé. Sans suite, clôture le {day}.",
        "{actor} wrote after the resolution: the incident may not be solved. Unless more happens, it closes on {day}.",
    ),
    "promise_missed": text(
        "L’envoi était promis pour le {day} et n’a pas eu lieu : la promesse J+1 est dépassée.",
        "Dispatch was promised for {day} and has not taken place: the next-day promise is missed.",
    ),
    "message_posted": text("{actor} a écrit : « {excerpt} »", "{actor} wrote: “{excerpt}”"),
    "note_mentioned": text(
        "{actor} vous mentionne dans une note interne.", "{actor} mentions you in an internal note."
    ),
    "note_written": text("{actor} a écrit une note interne.", "{actor} wrote an internal note."),
    "one_file": text("{actor} a ajouté un fichier.", "{actor} added a file."),
    "files": text("{actor} a ajouté {count} fichiers.", "{actor} added {count} files."),
    "contract_registered": text(
        "Le contrat pour {product_reference} est enregistré : le matériel est protégé jusqu’au {day}.",
        "The contract for {product_reference} is registered: the equipment is covered until {day}.",
    ),
    "contract_extended": text(
        "Le contrat pour {product_reference} est étendu : le matériel est protégé jusqu’au {day}.",
        "The contract for {product_reference} is extended: the equipment is covered until {day}.",
    ),
    "past_contract_registered": text(
        "Le contrat pour {product_reference} est enregistré : le matériel était protégé jusqu’au {day}.",
        "The contract for {product_reference} is registered: the equipment was covered until {day}.",
    ),
    "past_contract_extended": text(
        "Le contrat pour {product_reference} est étendu : le matériel était protégé jusqu’au {day}.",
        "The contract for {product_reference} is extended: the equipment was covered until {day}.",
    ),
    "sign_up_requested": text(
        "{email} demande un accès au portail pour {client_name} (contrat n° {contract_number}).",
        "{email} asks for access to the portal for {client_name} (contract no. {contract_number}).",
    ),
    "new_device": text(
        "Votre compte a été ouvert le {day} à {hour} depuis un nouvel appareil : {device} ({address}).",
        "Your account was opened on {day} at {hour} from a new device: {device} ({address}).",
    ),
    **account_labels.BODIES,
}

# What people and organisations are called, which a mail program could take for a site.
NAMES = ("actor", "caller", "client_name", "invited_by", "login", "organisation_name", "party")


def render(kind: EmailKind, facts: Facts, language: Language, write_name: Callable[[str], str] = str) -> Words:
    """``facts`` as the rules recorded them; what came from people is reduced to one line each. ``write_name`` writes
    the names among them."""
    known: Facts = plain(facts)
    known |= {name: write_name(known[name]) for name in NAMES if name in known}
    known |= moments(known) | device(known, language)
    if kind in exchange_labels.KINDS:
        known |= exchange_labels.details(known, language)

    def say(sentence: Text) -> str:
        return sentence[language].format_map(known)

    notes = tuple(say(sentence) for sentence in _notes(kind, known))
    context = known.get("title", "") if kind not in ("incident_declared", "incident_shared") else ""
    if kind == "status_changed" and facts.get("count", 1) > 1:
        sentences = say(TITLE_OF_MANY), say(of_many(known)), say(SEE_MANY)
        listed = concerned(known, language)
        return Words(*sentences, quote=paragraphs(facts["note"]), groups=listed, language=language)
    if kind == "answer_reminded" and facts.get("count", 1) > 1:
        title, body, see = (say(each) for each in answer_labels.OF_MANY)
        groups, links = answer_labels.awaited(known, language), answer_labels.links(known, language)
        return Words(title, body, see, groups=groups, links=links, language=language)
    if kind in TITLES_OF_MANY and facts.get("count", 1) > 1:
        many = "order_closing" if facts.get("reminder") == "order" else kind
        return Words(
            say(TITLES_OF_MANY[many]), say(BODIES_OF_MANY[many]), say(BUTTONS_OF_MANY[many]), language=language
        )
    button = ANSWER if facts.get("is_awaited") else BUTTONS[kind]
    quote = paragraphs(facts.get("note") or "")
    words = Words(
        say(_title(kind, known)), say(_body(kind, known)), say(button), context, quote, notes, language=language
    )
    if kind not in exchange_labels.KINDS:
        return words
    groups, links = exchange_labels.groups(known, language), exchange_labels.links(known, language)
    return replace(words, groups=groups, links=links)


NOTES: dict[EmailKind, tuple[Text, ...]] = {
    "new_device": (account_labels.NOT_YOU_DEVICE,),
    **account_labels.NOTES,
}

CHOICES: dict[EmailKind, Callable[[Facts], Text]] = {
    "incident_declared": declaration_labels.body,
    "status_changed": lambda facts: _status(facts),
    "exchange_changed": exchange_labels.body,
    "return_reminded": exchange_labels.body,
    "files_attached": lambda facts: BODIES["one_file" if facts["count"] == 1 else "files"],
    "contract_registered": lambda facts: _cover("contract_registered", facts),
    "contract_extended": lambda facts: _cover("contract_extended", facts),
    "contract_expiring": lambda facts: reminder_texts.body(facts),
    "account_invited": lambda facts: _invitation(facts),
    # Rows of the release before name no reason.
    "password_reset": lambda facts: BODIES[account_labels.RESETS[facts.get("because", "forgotten")]],
}


def _notes(kind: EmailKind, facts: Facts) -> tuple[Text, ...]:
    return exchange_labels.notes(facts) if kind in exchange_labels.KINDS else NOTES.get(kind, ())


def _title(kind: EmailKind, facts: Facts) -> Text:
    if kind in exchange_labels.KINDS:
        return exchange_labels.title(facts)
    if facts.get("reminder") == "order":
        return reminder_texts.ORDER_CLOSES
    return account_labels.HAS_ACCOUNT if facts.get("because") == "account_exists" else TITLES[kind]


def _status(facts: Facts) -> Text:
    if "merged" in facts:
        return MERGED if facts["merged"] else PARTED
    if facts.get("is_awaited"):
        return AWAITED
    if facts["status"] == "pending":
        return PENDING.get(facts.get("reason") or "", STATUS["pending"])
    if facts["status"] == "in_diagnosis" and facts.get("previous_status") in ("resolved", "rejected"):
        return REOPENED
    return CANCELLED if facts["status"] == "cancelled" else STATUS[facts["status"]]


def _invitation(facts: Facts) -> Text:
    """Rows of the release before do not know who invites."""
    by = facts.get("invited_by")
    if facts["purpose"] != "invitation" or not by:
        return BODIES[facts["purpose"]]
    return BODIES["invitation_by_colleagues" if by == facts["organisation_name"] else "invitation_by_others"]


def _cover(kind: EmailKind, facts: Facts) -> Text:
    """Back offices register contracts whose end has passed."""
    return BODIES[f"past_{kind}" if date.fromisoformat(facts["ends_on"]) < clock.today() else kind]


def _body(kind: EmailKind, facts: Facts) -> Text:
    choose = CHOICES.get(kind)
    return choose(facts) if choose else BODIES[kind]
