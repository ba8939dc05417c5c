"""What is refused about returns, and because of them."""

from __future__ import annotations

from typing import ClassVar

from web.errors import Conflict
from web.i18n import Language, Text, plural, text


class _Overdue(Conflict):
    """``count`` returns stand against an exchange; ``one`` is the sentence for a single one."""

    one: ClassVar[Text]

    def sentence(self, language: Language) -> str:
        count = self.members["count"]
        return plural(count, self.one, self.message)[language].format(count=count)


class OverdueReturns(_Overdue):
    code = "overdue_returns"
    one = text(
        "Un retour de ce revendeur est en retard : choisissez un échange standard, ou dites pourquoi vous passez "
        "outre.",
        "A return of this reseller is overdue: choose a standard exchange, or say why you approve it all the same.",
    )
    message = text(
        "{count} retours de ce revendeur sont en retard : choisissez un échange standard, ou dites pourquoi vous "
        "passez outre.",
        "{count} returns of this reseller are overdue: choose a standard exchange, or say why you approve it all the "
        "same.",
    )


class ExchangesStopped(_Overdue):
    code = "exchanges_stopped"
    one = text(
        "Un retour de ce revendeur est en retard : aucun échange n’est accordé, sauf si vous dites pourquoi.",
        "A return of this reseller is overdue: no exchange is granted unless you say why.",
    )
    message = text(
        "{count} retours de ce revendeur sont en retard : aucun échange n’est accordé, sauf si vous dites pourquoi.",
        "{count} returns of this reseller are overdue: no exchange is granted unless you say why.",
    )


class WhichWayBack(Conflict):
    code = "which_way_back"
    message = text(
        "Ceci a déjà été dit de l’autre retour de cet échange : précisez lequel avec « of » (return ou replacement).",
        "This was said of the other way back of this exchange: name the one meant with “of” (return or replacement).",
    )


class OtherWayBack(Conflict):
    code = "other_way_back"
    message = text(
        "Ce n’est pas ce retour qui est attendu pour cet échange.",
        "This is not the way back that is awaited for this exchange.",
    )


class NoDiskKept(Conflict):
    code = "no_disk_kept"
    message = text(
        "Aucun disque conservé n’attend de réponse pour cet échange.",
        "No kept disk awaits an answer for this exchange.",
    )


class DiskIsAwaited(Conflict):
    code = "disk_is_awaited"
    message = text(
        "SQP a demandé que ce disque soit renvoyé : écrivez à SQP si c’est impossible.",
        "SQP has asked for this disk to be sent back: write to SQP if that is impossible.",
    )


class OtherUnitReceived(Conflict):
    code = "other_unit_received"
    message = text(
        "Le matériel reçu porte le n° de série {found} au lieu de {expected} : constatez « Autre matériel que celui "
        "attendu », ou dites dans la note pourquoi c’est le bon.",
        "The product received has serial number {found} instead of {expected}: find “Not the product that was "
        "expected”, or say in the note why it is the right one.",
    )


class OtherReplacementReceived(Conflict):
    code = "other_replacement_received"
    message = text(
        "Le matériel reçu porte le n° de série {found} au lieu de {expected} : dites dans la note ce qu’il en est.",
        "The product received has serial number {found} instead of {expected}: say in the note what it is.",
    )


class ReplacementIsExchanged(Conflict):
    code = "replacement_is_exchanged"
    message = text(
        "Le remplacement est échangé à son tour (incident n° {number}, échange n° {line}) : annulez d’abord cet "
        "échange-là.",
        "The replacement is exchanged in its turn (incident no. {number}, exchange no. {line}): cancel that exchange "
        "first.",
    )


class FirstUnitLost(Conflict):
    code = "first_unit_lost"
    message = text(
        "L’appareil d’origine est perdu : l’échange ne s’annule plus.",
        "The first unit is lost: the exchange can no longer be reversed.",
    )


class ReplacementWasExchanged(Conflict):
    code = "replacement_is_exchanged"
    message = text(
        "Le remplacement a été échangé à son tour (incident n° {number}, échange n° {line}), et c’est terminé : cet "
        "échange-ci ne change plus.",
        "The replacement was exchanged in its turn (incident no. {number}, exchange no. {line}), and that is over: "
        "this exchange does not change any more.",
    )


class CertificateIsNamed(Conflict):
    code = "certificate_is_named"
    message = text(
        "Ce fichier est le certificat de destruction d’un échange : il ne peut pas être retiré.",
        "This file is the certificate of destruction of an exchange: it cannot be taken off.",
    )
