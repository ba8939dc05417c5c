"""What is refused about exchanges, and why."""

from __future__ import annotations

from typing import Self

from events.exchange_words import Decision, Dispatch, Outcome, ReplacementReturn, ReturnState
from incidents.exchanges.labels import DECISION, DISPATCH, OUTCOME, REPLACEMENT_RETURN, RETURN
from web.errors import Conflict, Forbidden, NotFound
from web.i18n import Language, text


class ExchangeNotFound(NotFound):
    code = "exchange_not_found"
    message = text(
        "Cet échange n’existe pas ou ne vous est pas accessible.",
        "This exchange does not exist or is not yours to see.",
    )


class StepNotYours(Forbidden):
    code = "step_not_yours"
    message = text("Cette étape de l’échange revient à SQP.", "This step of the exchange is SQP's.")


class _Decided(Conflict):
    """``decision`` by its label; the member holds its code."""

    @classmethod
    def of(cls, decision: Decision) -> Self:
        return cls(decision=decision)

    def sentence(self, language: Language) -> str:
        label = DECISION[self.members["decision"]][language]
        return self.message[language].format(decision=label.lower())


class DecidedAlready(_Decided):
    code = "decided_already"
    message = text(
        "Cet échange est déjà traité ({decision}) : rechargez la page.",
        "This exchange is dealt with already ({decision}): load the page again.",
    )


class NotApproved(_Decided):
    code = "exchange_not_approved"
    message = text(
        "Cet échange n’est pas en cours ({decision}) : cette étape ne s’y applique pas.",
        "This exchange is not under way ({decision}): the step does not apply.",
    )


class _OfReturn(Conflict):
    @classmethod
    def of(cls, state: ReturnState) -> Self:
        return cls(state=state)

    def sentence(self, language: Language) -> str:
        return self.message[language].format(state=RETURN[self.members["state"]][language].lower())


class NothingAwaited(_OfReturn):
    code = "nothing_awaited"
    message = text(
        "Aucun retour n’est attendu pour cet échange ({state}).", "No return is awaited for this exchange ({state})."
    )


class NotReceived(Conflict):
    code = "not_received"
    message = text(
        "Le matériel n’a pas encore été reçu : enregistrez d’abord son arrivée.",
        "The product has not been received yet: record its arrival first.",
    )


class InspectedAlready(Conflict):
    """``outcome`` by its label; the member holds its code."""

    code = "inspected_already"
    message = text(
        "Ce retour est déjà contrôlé ({outcome}) : un contrôle ne se refait pas.",
        "This return is inspected already ({outcome}): an inspection is not done again.",
    )

    @classmethod
    def of(cls, outcome: Outcome | None) -> Self:
        return cls(outcome=outcome)

    def sentence(self, language: Language) -> str:
        return self.message[language].format(outcome=OUTCOME[self.members["outcome"]][language].lower())


class NotDone(Conflict):
    """``dispatch`` and ``state`` (of the return, or ``replacement`` where that is to come back) by their labels; the
    members hold their codes."""

    code = "exchange_not_done"
    message = text(
        "Cet échange ne peut pas encore être terminé. Envoi : {dispatch}. Retour : {state}.",
        "This exchange cannot be closed yet. Dispatch: {dispatch}. Return: {state}.",
    )

    @classmethod
    def of(cls, dispatch: Dispatch, state: ReturnState, replacement: ReplacementReturn) -> Self:
        return cls(dispatch=dispatch, state=state, replacement=replacement)

    def sentence(self, language: Language) -> str:
        dispatch, replacement = DISPATCH[self.members["dispatch"]], self.members["replacement"]
        state = RETURN[self.members["state"]] if replacement == "none" else REPLACEMENT_RETURN[replacement]
        return self.message[language].format(dispatch=dispatch[language].lower(), state=state[language].lower())


class TooLateToCancel(Conflict):
    code = "too_late_to_cancel"
    message = text(
        "Le remplacement est livré : l’échange se défait maintenant par « Annuler après envoi ».",
        "The replacement is delivered: the exchange can only be taken back now (“Cancel after dispatch”).",
    )


class ReturnIsHere(Conflict):
    code = "return_is_here"
    message = text(
        "Le matériel retourné est déjà chez SQP : l’échange ne s’annule plus.",
        "The returned product is at SQP already: the exchange can no longer be cancelled.",
    )


class ReturnIsUnderWay(Conflict):
    code = "return_is_under_way"
    message = text(
        "Le matériel est en route vers SQP : attendez son arrivée, puis renvoyez-le. S’il est perdu, dites-le d’abord.",
        "The product is on its way to SQP: wait for it, then send it back. If it is lost, say so first.",
    )


class NothingToReplace(Conflict):
    code = "nothing_to_replace"
    message = text(
        "Ce type d’échange ne remplace pas l’appareil, ou il a été annulé après envoi.",
        "This type of exchange replaces no unit, or it was cancelled after dispatch.",
    )


class NoMoreTime(Conflict):
    code = "no_more_time"
    message = text(
        "Le délai de retour a déjà été prolongé deux fois : contactez SQP.",
        "The return was put off twice already: contact SQP.",
    )


class NothingToReverse(Conflict):
    code = "nothing_to_reverse"
    message = text(
        "Rien n’est à annuler : le remplacement n’est pas parti, ou l’échange est déjà annulé après envoi.",
        "There is nothing to reverse: no replacement has left, or the exchange is reversed already.",
    )


class NoReplacementAwaited(Conflict):
    code = "no_replacement_awaited"
    message = text("Aucun remplacement n’est attendu en retour.", "No replacement is to come back.")


class NotDueYet(Conflict):
    code = "not_due_yet"
    message = text(
        "Aucune date n’est encore fixée pour ce retour : il n’y a rien à repousser.",
        "No day is set for this return yet: there is nothing to put off.",
    )


class NotReplaced(Conflict):
    code = "not_replaced"
    message = text(
        "Aucun remplacement n’est en service : il n’est pas encore livré (signalez alors son colis comme endommagé ou "
        "perdu), ou l’échange a été annulé après envoi.",
        "No replacement is in use: it is not delivered yet (report its parcel damaged or lost then), or the exchange "
        "was cancelled after dispatch.",
    )


class ClaimIsOver(Conflict):
    code = "claim_is_over"
    message = text(
        "Le dossier chez le constructeur ne peut pas évoluer ainsi.", "The claim to the maker cannot move like this."
    )


class IncidentNotOpen(Conflict):
    code = "incident_not_open"
    message = text(
        "L’incident n° {number} n’est plus ouvert : un échange s’y demande après sa réouverture.",
        "Incident no. {number} is not open any more: reopen it to ask for an exchange.",
    )


class SerialNotDeclared(Conflict):
    code = "serial_not_declared"
    message = text(
        "Le numéro de série {serial} ne fait pas partie de l’incident n° {number}.",
        "Serial number {serial} is not part of incident no. {number}.",
    )


class ExchangeUnderWay(Conflict):
    code = "exchange_under_way"
    message = text(
        "Un échange du numéro de série {serial} est déjà en cours (incident n° {number}).",
        "An exchange of serial number {serial} is under way already (incident no. {number}).",
    )


class ExpectedInThePast(Conflict):
    code = "expected_in_the_past"
    message = text(
        "Le {day} est passé : indiquez le jour où le remplacement est attendu.",
        "{day} is past: enter the day on which the replacement is expected.",
    )


class ExchangeUnderWayElsewhere(Conflict):
    """In an incident that is not the caller's to see: a unit is sold again, or registered twice."""

    code = "exchange_under_way"
    message = text(
        "Un échange du numéro de série {serial} est déjà en cours. Écrivez à SQP si vous avez ce matériel.",
        "An exchange of serial number {serial} is under way already. Write to SQP if you hold this product.",
    )


class ReplacementIsCovered(Conflict):
    code = "replacement_is_covered"
    message = text(
        "Le numéro de série {serial} est déjà couvert par le contrat n° {number} : réservez un autre appareil.",
        "Serial number {serial} is covered by contract no. {number} already: reserve another unit.",
    )


class ReplacementIsTaken(Conflict):
    code = "replacement_is_taken"
    message = text(
        "Le numéro de série {serial} est déjà réservé pour l’incident n° {number} : réservez un autre appareil.",
        "Serial number {serial} is reserved for incident no. {number} already: reserve another unit.",
    )


class ReplacementIsFaulty(Conflict):
    code = "replacement_is_faulty"
    message = text(
        "Un appareil ne se remplace pas par lui-même : le numéro de série {serial} est celui qui est en panne.",
        "A unit does not replace itself: serial number {serial} is the faulty one.",
    )


class SubstituteNeedsReason(Conflict):
    code = "substitute_needs_reason"
    message = text(
        "La référence {reference} n’est pas celle du matériel à remplacer ({wanted}) : dites pourquoi.",
        "Reference {reference} is not that of the product to replace ({wanted}): say why.",
    )


class NothingStated(Conflict):
    code = "nothing_stated"
    message = text(
        "Rien n’est encore déclaré sur les données de ce matériel : demandez-le, ou dites pourquoi l’étiquette part "
        "sans.",
        "Nothing is stated about the data on this product yet: ask for it, or say why the label leaves without.",
    )


class UnknownCertificate(Conflict):
    code = "unknown_certificate"
    message = text(
        "Ce certificat n’est pas joint à la déclaration de l’incident.",
        "This certificate is not attached to the incident's declaration.",
    )


class IncidentHasExchange(Conflict):
    code = "incident_has_exchange"
    message = text(
        "Un échange est en cours : annulez-le ou terminez-le d’abord.",
        "An exchange is under way: cancel or close it first.",
    )


class LinkNotGood(NotFound):
    code = "link_not_good"
    message = text(
        "Ce lien n’est pas valable : il est incomplet ou a expiré, il a déjà servi, ou le retour a été traité depuis.",
        "This link is not good: it is incomplete or has expired, it was used, or the return was dealt with since.",
    )
