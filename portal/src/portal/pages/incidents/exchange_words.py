"""What the form of a step is called and says of itself, as its line stands."""

from __future__ import annotations

from collections.abc import Mapping

from api.incidents.exchange_steps import StepName
from api.incidents.exchanges import Exchange
from portal.pages.incidents.exchange_forms import StepForm
from portal.translations import N_

CORRECT = N_("Corriger le remplacement")
NOT_SENT = ("none", "prepared", "failed")
SEND_BACK = N_("Renvoyer l’appareil d’origine")
SENDS_BACK = N_("Après contrôle, il revient à son utilisateur sans être échangé, et la couverture reste la sienne.")
CORRECT_RETURN = N_("Corriger ou compléter l’envoi")
CORRECTS = N_("Un autre numéro remplace celui du colis en route, sauf si c’est un colis de plus.")
# Of what a replacement's way back asks for.
OF_REPLACEMENT: Mapping[StepName, str] = {
    "return_shipped": N_("Signaler l’envoi du remplacement"),
    "return_lost": N_("Signaler le remplacement perdu"),
    "settle": N_("Solder le retour du remplacement"),
}
# Of a parcel.
RECALLS = N_(
    "Il a été préparé par erreur et n’est pas parti : l’échange continue comme s’il n’avait jamais existé. "
    "Le revendeur et le client n’en sont pas avertis."
)
NEWS = {
    "shipped": N_("Expédié"),
    "delivered": N_("Livré"),
    "lost": N_("Perdu"),
    "damaged": N_("Endommagé"),
    "refused": N_("Refusé à la livraison"),
    "returned_to_sender": N_("Retourné à l’expéditeur"),
}


def of(form: StepForm, line: Exchange) -> tuple[str, str]:
    """Its label, and what it says of itself."""
    step = form.step
    if place(step, line) == "correct":
        return CORRECT, form.about
    if step == "return_shipped" and awaited(line) == "in_transit":
        return CORRECT_RETURN, CORRECTS
    if step == "reverse" and line.return_.state == "inspected" and line.dispatch in NOT_SENT:
        return SEND_BACK, SENDS_BACK
    if line.replacement_return and line.replacement_return.is_awaited:
        return OF_REPLACEMENT.get(step, form.label), form.about
    return form.label, form.about


def awaited(line: Exchange) -> str:
    """How far that is which is to come back."""
    return line.return_.state if line.return_.is_awaited else line.replacement_return_state


def place(step: StepName, line: Exchange) -> str:
    """The step by its name, or by another where it repeats one: a second serial number, a second label."""
    if step == "reserve" and line.replacement is not None:
        return "correct"
    return "another_label" if step == "send_label" and line.return_.state != "expected" else step
