"""What the incidents service refuses, and why."""

from __future__ import annotations

from datetime import date
from typing import Self

from incidents.labels import STATUS
from web.errors import Conflict, Forbidden, NotFound, PreconditionFailed
from web.i18n import Language, text


class IncidentNotFound(NotFound):
    code = "incident_not_found"
    message = text(
        "L’incident n° {number} n’existe pas ou ne vous est pas accessible.",
        "Incident no. {number} does not exist or is not yours to see.",
    )


class ContractNotFound(NotFound):
    code = "contract_not_found"
    message = text(
        "Le contrat n° {number} n’existe pas ou ne vous est pas accessible.",
        "Contract no. {number} does not exist or is not yours to see.",
    )


class ThreadNotFound(NotFound):
    """The other side's thread, and the client thread of an incident without client."""

    code = "thread_not_found"
    message = text(
        "Cette messagerie n’existe pas ou ne vous est pas accessible.", "This thread does not exist or is not yours."
    )


class AttachmentNotFound(NotFound):
    code = "attachment_not_found"
    message = text(
        "Ce fichier n’est pas joint à l’incident ou ne vous est pas accessible.",
        "This file is not attached to the incident or is not yours to see.",
    )


class CoverRefused(Conflict):
    """``day`` as a person reads it, ``on`` in ISO 8601."""

    @classmethod
    def of(cls, number: str, day: date) -> Self:
        return cls(number=number, day=f"{day:%d/%m/%Y}", on=day.isoformat(), field="contract_number")


class ContractExpired(CoverRefused):
    code = "contract_expired"
    message = text(
        "Le contrat n° {number} a pris fin le {day} : ce matériel n’est plus couvert.",
        "Contract no. {number} ended on {day}: this equipment is no longer covered.",
    )


class ContractNotStarted(CoverRefused):
    code = "contract_not_started"
    message = text(
        "Le contrat n° {number} ne commence que le {day} : ce matériel n’est pas encore couvert.",
        "Contract no. {number} starts on {day} only: this equipment is not covered yet.",
    )


class UnknownSerial(Conflict):
    code = "unknown_serial"
    message = text(
        "Le numéro de série {serial} ne fait pas partie du contrat n° {number}.",
        "Serial number {serial} is not part of contract no. {number}.",
    )


class SerialReplaced(Conflict):
    """The unit was exchanged: its replacement has the cover now."""

    code = "serial_replaced"
    message = text(
        "Le matériel {serial} a été remplacé par {replacement} le {day} : déclarez l’incident sur {replacement}.",
        "Equipment {serial} was replaced by {replacement} on {day}: declare the incident on {replacement}.",
    )


class SerialCredited(Conflict):
    code = "serial_credited"
    message = text(
        "Le matériel {serial} a été repris contre un avoir le {day} : il n’est plus couvert.",
        "Equipment {serial} was paid back on {day}: it is covered no more.",
    )


class SerialLeft(Conflict):
    """The back office corrected or took it off its contract after the declaration."""

    code = "serial_left"
    message = text(
        "Le numéro de série {serial} ne fait plus partie du contrat n° {number} : il a été corrigé ou retiré depuis la "
        "déclaration. Déclarez un incident sur un produit du contrat.",
        "Serial number {serial} is part of contract no. {number} no more: it was corrected or taken off since the "
        "declaration. Declare an incident on a product of the contract.",
    )


class SerialTakenBack(Conflict):
    """The unit was the replacement of an exchange that was reversed, so it has no cover any more."""

    code = "serial_taken_back"
    message = text(
        "Le matériel {serial} n’est plus en service : l’échange par lequel il devait venir a été annulé ou corrigé, et "
        "il n’est pas couvert.",
        "Equipment {serial} is in service no more: the exchange that it was to come by was cancelled or corrected, and "
        "it is not covered.",
    )


class UnknownAddress(Conflict):
    code = "unknown_address"
    message = text(
        "Cette adresse de livraison n’est pas proposée pour ce contrat.",
        "This delivery address is not on offer for this contract.",
    )


class UnknownLinkedIncident(Conflict):
    code = "unknown_linked_incident"
    message = text(
        "L’incident n° {linked_to} n’existe pas sur ce contrat.",
        "There is no incident no. {linked_to} on this contract.",
    )


class DeclaredAlready(Conflict):
    """The same person declared the same a moment ago: a form sent again, not another incident."""

    code = "declared_already"
    message = text(
        "Cet incident est déjà déclaré sous le n° {number}.", "This incident is declared already, under no. {number}."
    )


class NobodyElse(Forbidden):
    code = "nobody_else"
    message = text(
        "Seul SQP déclare un incident pour un autre : déclarez-le en votre nom.",
        "SQP alone declares an incident for others: declare it in your own name.",
    )


class CallerNeeded(Conflict):
    code = "caller_needed"
    message = text(
        "Dites pour qui vous déclarez, et qui appelle.", "Say for whom you declare the incident, and who calls."
    )


class NoClientToDeclareFor(Conflict):
    code = "no_client_to_declare_for"
    message = text(
        "Le contrat n° {number} n’a pas de client : déclarez pour le revendeur.",
        "Contract no. {number} has no client: declare for the reseller.",
    )


class UnknownCaller(Conflict):
    code = "unknown_caller"
    message = text(
        "Cette personne n’est pas connue dans l’organisation qui appelle : saisissez son nom.",
        "This person is not known in the organisation that calls: type the name.",
    )


class IllegalTransition(Conflict):
    code = "illegal_transition"
    message = text(
        "Un incident à l’état « {current} » ne peut pas passer à l’état « {wanted} ».",
        "An incident in state “{current}” cannot move to “{wanted}”.",
    )

    def sentence(self, language: Language) -> str:
        """The states by their labels; the members hold their codes."""
        return self.message[language].format_map(
            {name: STATUS[status][language] for name, status in self.members.items()}
        )


class TransitionNotYours(Forbidden):
    code = "transition_not_yours"
    message = text(
        "Ce changement d’état ne vous revient pas : adressez-vous au support SQP.",
        "This change of state is not yours to make: ask SQP's support.",
    )


class IncidentOver(Conflict):
    code = "incident_over"
    message = text(
        "L’incident n° {number} est terminé : déclarez un nouvel incident qui le mentionne.",
        "Incident no. {number} is over: declare a new one that refers to it.",
    )


class Merged(Conflict):
    """``target``: the incident in which it is read, and written, since."""

    code = "merged"
    message = text(
        "L’incident n° {number} est fusionné avec l’incident n° {target} : la suite se passe là.",
        "Incident no. {number} is merged with incident no. {target}: what follows happens there.",
    )


class ThreadMoved(PreconditionFailed):
    """``writers``: the other people who wrote in the thread since it was read. ``moved_to``: the incident's state, if
    another person changed it since."""

    code = "thread_moved"
    message = text(
        "Votre message n’est pas encore parti. Entre-temps, {came}. Relisez, puis envoyez à nouveau.",
        "Your message has not left yet. Meanwhile {came}. Read it again, then send once more.",
    )

    def sentence(self, language: Language) -> str:
        came, writers, moved_to = [], self.members["writers"], self.members["moved_to"]
        is_french = language == "fr"
        if writers:
            names = (" et " if is_french else " and ").join(writers)
            wrote = "a écrit" if len(writers) == 1 else "ont écrit"
            came.append(f"{names} {wrote}" if is_french else f"{names} wrote")
        if moved_to:
            label = STATUS[moved_to][language]
            came.append(f"l’incident est passé à « {label} »" if is_french else f"the incident moved on to “{label}”")
        return self.message[language].format(came=(" et " if is_french else " and ").join(came))


class UnknownMention(Conflict):
    """``word``: the log-in as it was written; none where the person was chosen from a list."""

    code = "unknown_mention"
    message = text(
        "Une note ne mentionne que des personnes actives de SQP : choisissez-les à nouveau dans la liste.",
        "A note mentions active people of SQP alone: choose them from the list again.",
    )
    written = text(
        "« @{word} » n’est pas une personne active de SQP : choisissez-la dans la liste, ou écrivez-le sans « @ ».",
        "“@{word}” is not an active person of SQP: choose one from the list, or write it without “@”.",
    )

    def sentence(self, language: Language) -> str:
        if "word" not in self.members:
            return self.message[language]
        return self.written[language].format_map(self.members)


class MentionsAreForNotes(Conflict):
    code = "mentions_are_for_notes"
    message = text("Seules les notes internes mentionnent des personnes.", "Internal notes alone mention people.")


class FileAlreadyAttached(Conflict):
    code = "file_already_attached"
    message = text("Ce fichier est déjà joint à l’incident.", "This file is attached to the incident already.")


class FileStillPending(Conflict):
    code = "file_still_pending"
    message = text(
        "Ce fichier est en cours de rattachement. Réessayez dans un instant.",
        "This file is still being attached. Try again in a moment.",
    )


class FileNotYours(Forbidden):
    code = "file_not_yours"
    message = text(
        "Seule l’organisation qui a joint ce fichier peut le retirer.",
        "Only the organisation that attached this file may take it off.",
    )


class DeclarationNotYours(Forbidden):
    code = "declaration_not_yours"
    message = text(
        "Seule l’organisation qui a déclaré l’incident complète sa déclaration : joignez le fichier à un message.",
        "Only the organisation that declared the incident completes its declaration: attach the file to a message.",
    )
