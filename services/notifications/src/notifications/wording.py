"""What people read, on screen and in e-mails alike: one title, one sentence, one button; French and English."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from chassis import devices
from chassis.clock import PARIS
from chassis.i18n import Language, Text, text
from notifications.kinds import EmailKind

Facts = dict[str, Any]


@dataclass(frozen=True)
class Words:
    """``title`` heads the feed's line and is the e-mail's subject; ``context`` and ``notes`` are the e-mail's only."""

    title: str
    body: str
    button: str
    context: str = ""
    notes: tuple[str, ...] = ()


STATUS: dict[str, Text] = {
    "new": text("Cet incident a été déclaré.", "This incident has been declared."),
    "in_diagnosis": text("Cet incident est en cours de diagnostic.", "This incident is being diagnosed."),
    "pending": text("Cet incident est en attente.", "This incident is pending."),
    "exchange": text("Un échange est en cours pour cet incident.", "An exchange is under way for this incident."),
    "resolved": text("Cet incident a été résolu.", "This incident has been resolved."),
    "closed": text("Cet incident a été clos.", "This incident has been closed."),
    "rejected": text("Cet incident a été refusé.", "This incident has been rejected."),
    "cancelled": text("Cet incident a été annulé.", "This incident has been cancelled."),
}

TITLES: dict[EmailKind, Text] = {
    "incident_declared": text("[Nouvel incident] Incident n. {number}", "[New incident] Incident no. {number}"),
    "status_changed": text("[Nouveau statut] Incident n. {number}", "[New status] Incident no. {number}"),
    "message_posted": text("[Nouveau message] Incident n. {number}", "[New message] Incident no. {number}"),
    "files_attached": text("[Nouveau fichier] Incident n. {number}", "[New file] Incident no. {number}"),
    "contract_registered": text("[Nouveau contrat] Contrat n° {number}", "[New contract] Contract no. {number}"),
    "contract_extended": text("[Contrat étendu] Contrat n° {number}", "[Contract extended] Contract no. {number}"),
    "contract_expiring": text("[Fin de garantie] Contrat n° {number}", "[End of warranty] Contract no. {number}"),
    "sign_up_requested": text("[Demande d’accès] {client_name}", "[Access request] {client_name}"),
    "new_device": text("[Nouvelle connexion] Votre compte", "[New log-in] Your account"),
    "account_invited": text("[Votre compte] Choisissez votre mot de passe", "[Your account] Choose your password"),
    "password_reset": text("[Mot de passe] Choisissez un nouveau mot de passe", "[Password] Choose a new password"),
}

SEE_INCIDENT = text("Voir l’incident", "See the incident")
SEE_CONTRACT = text("Voir le contrat", "See the contract")
BUTTONS: dict[EmailKind, Text] = {
    "incident_declared": SEE_INCIDENT,
    "status_changed": SEE_INCIDENT,
    "message_posted": text("Lire le message", "Read the message"),
    "files_attached": SEE_INCIDENT,
    "contract_registered": SEE_CONTRACT,
    "contract_extended": SEE_CONTRACT,
    "contract_expiring": SEE_CONTRACT,
    "sign_up_requested": text("Voir la demande", "See the request"),
    "new_device": text("Voir mes sessions", "See my sessions"),
    "account_invited": text("Choisir mon mot de passe", "Choose my password"),
    "password_reset": text("Choisir un nouveau mot de passe", "Choose a new password"),
}

BODIES: dict[str, Text] = {
    "incident_declared": text("{actor} a déclaré l’incident « {title} ».", "{actor} declared the incident “{title}”."),
    "message_posted": text("{actor} a écrit : « {excerpt} »", "{actor} wrote: “{excerpt}”"),
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
    "expiring": text(
        "La garantie de {product_reference} prend fin le {day}, dans {days_left} jours.",
        "The warranty of {product_reference} ends on {day}, in {days_left} days.",
    ),
    "expiring_tomorrow": text(
        "La garantie de {product_reference} prend fin demain, le {day}.",
        "The warranty of {product_reference} ends tomorrow, {day}.",
    ),
    "expiring_today": text(
        "La garantie de {product_reference} prend fin aujourd’hui, le {day}.",
        "The warranty of {product_reference} ends today, {day}.",
    ),
    "sign_up_requested": text(
        "{email} demande un accès au portail pour {client_name} (contrat n° {contract_number}).",
        "{email} asks for access to the portal for {client_name} (contract no. {contract_number}).",
    ),
    "new_device": text(
        "Votre compte a été ouvert le {day} à {hour} depuis un nouvel appareil : {device} ({address}).",
        "Your account was opened on {day} at {hour} from a new device: {device} ({address}).",
    ),
    "reseller_account": text(
        "Un compte a été créé pour {organisation_name} sur la plateforme de gestion des contrats de service.",
        "An account was created for {organisation_name} on the service contract platform.",
    ),
    "invitation": text(
        "{organisation_name} vous donne accès à la plateforme de gestion des contrats de service.",
        "{organisation_name} gives you access to the service contract platform.",
    ),
    "client_sign_up": text(
        "Vous avez demandé un accès à la plateforme de gestion des contrats de service pour {organisation_name}.",
        "You asked for access to the service contract platform for {organisation_name}.",
    ),
    "password_reset": text(
        "Vous avez demandé un nouveau mot de passe pour l’identifiant {login}.",
        "You asked for a new password for the log-in {login}.",
    ),
}

YOUR_LOGIN = text("Votre identifiant : {login}", "Your log-in: {login}")
GOOD_UNTIL = text(
    "Ce lien est valable une seule fois, jusqu’au {day} à {hour}.", "This link is good once, until {day} at {hour}."
)
NOT_YOU_RESET = text(
    "Si vous n’avez rien demandé, ignorez ce message : votre mot de passe ne change pas.",
    "If you asked for nothing, ignore this message: your password stays as it is.",
)
NOT_YOU_DEVICE = text(
    "Si ce n’est pas vous, fermez cette session et changez votre mot de passe.",
    "If this was not you, close that session and change your password.",
)


def render(kind: EmailKind, facts: Facts, language: Language) -> Words:
    """``facts`` as the rules recorded them; what came from people is reduced to one line each."""
    known = {name: one_line(value) if isinstance(value, str) else value for name, value in facts.items()}
    known |= _moments(known) | _device(known, language)

    def say(sentence: Text) -> str:
        return sentence[language].format_map(known)

    notes = tuple(say(sentence) for sentence in NOTES.get(kind, ()))
    context = known.get("title", "") if kind != "incident_declared" else ""
    return Words(say(TITLES[kind]), say(_body(kind, known)), say(BUTTONS[kind]), context, notes)


NOTES: dict[EmailKind, tuple[Text, ...]] = {
    "account_invited": (YOUR_LOGIN, GOOD_UNTIL),
    "password_reset": (GOOD_UNTIL, NOT_YOU_RESET),
    "new_device": (NOT_YOU_DEVICE,),
}

CHOICES: dict[EmailKind, Callable[[Facts], Text]] = {
    "status_changed": lambda facts: STATUS[facts["status"]],
    "files_attached": lambda facts: BODIES["one_file" if facts["count"] == 1 else "files"],
    "contract_expiring": lambda facts: BODIES[
        {0: "expiring_today", 1: "expiring_tomorrow"}.get(facts["days_left"], "expiring")
    ],
    "account_invited": lambda facts: BODIES[facts["purpose"]],
}


def _body(kind: EmailKind, facts: Facts) -> Text:
    choose = CHOICES.get(kind)
    return choose(facts) if choose else BODIES[kind]


def one_line(value: str) -> str:
    """Line breaks and control characters become spaces: nothing that a person typed ends a line of a header."""
    return " ".join("".join(character if character.isprintable() else " " for character in value).split())


def _moments(facts: Facts) -> Facts:
    """``09/12/2023`` and ``18:27`` of the day or the moment that the facts name, in Paris."""
    if "ends_on" in facts:
        return {"day": f"{date.fromisoformat(facts['ends_on']):%d/%m/%Y}"}
    if "at" in facts:
        moment = datetime.fromisoformat(facts["at"]).astimezone(PARIS)
        return {"day": f"{moment:%d/%m/%Y}", "hour": f"{moment:%H:%M}"}
    return {}


def _device(facts: Facts, language: Language) -> Facts:
    """*Firefox sur Windows* of what the browser called itself."""
    return {"device": devices.described(facts["device"], language)} if "device" in facts else {}
