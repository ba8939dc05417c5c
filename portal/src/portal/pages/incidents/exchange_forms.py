"""What each step of an exchange asks, in one table: the incident's page shows every form of it by the same macro."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.incidents import exchange_steps as steps
from api.incidents.exchange_steps import StepName
from portal.asks import Ask
from portal.translations import N_
from web.schemas import Request


@dataclass(frozen=True)
class StepForm:
    """``label`` stands on the button, ``about`` above the fields."""

    step: StepName
    label: str
    request: type[Request]
    asks: tuple[Ask, ...]
    about: str = ""
    is_danger: bool = False


NOTE = Ask("note", N_("Note"), needed=False, kind="area", hint=N_("Lue par SQP, le revendeur et le client."))
WHY = Ask("note", N_("Motif"), kind="area", hint=N_("Lu par SQP, le revendeur et le client."))
CARRIER = Ask(
    "carrier", N_("Transporteur"), needed=False, kind="select", source="carriers", prompt=N_("D’après le numéro")
)
TRACKING = Ask(
    "tracking_number",
    N_("N° de suivi"),
    needed=False,
    hint=N_("Tel que collé : un numéro, ou le lien du transporteur."),
)
ANOTHER = Ask("another", N_("C’est un colis de plus"), needed=False, kind="check")
CERTIFICATE = Ask(
    "certificate_file_id",
    N_("Certificat de destruction"),
    needed=False,
    kind="select",
    source="certificates",
    prompt=N_("Aucun"),
    hint=N_("Un fichier joint à la déclaration."),
)
CERTIFICATE_FILE = Ask(
    "certificate",
    N_("Joindre un certificat de destruction"),
    needed=False,
    kind="file",
    hint=N_(
        "%(megabytes)s Mo au plus ; il est joint à la déclaration. Il peut suivre plus tard, par ce même formulaire."
    ),
)
DESPITE = Ask(
    "despite_overdue",
    N_("Malgré les retours en retard, parce que"),
    needed=False,
    hint=N_("Seulement si des retours en retard s’y opposent. Lu par SQP seul."),
)

READ = Ask(
    "serial_number",
    N_("N° de série lu sur le matériel"),
    needed=False,
    hint=N_("Vide s’il n’y en a pas. Un autre numéro que celui attendu est noté."),
)

# By what a form sends as ``step``, which may be anything.
FORMS: Mapping[str, StepForm] = {
    each.step: each
    for each in (
        StepForm(
            "approve",
            N_("Accorder l’échange"),
            steps.Approve,
            (
                Ask("type", N_("Type"), needed=False, kind="select", source="types", prompt=N_("Comme demandé")),
                DESPITE,
                NOTE,
            ),
        ),
        StepForm("reject", N_("Refuser l’échange"), steps.Reject, (WHY,), is_danger=True),
        StepForm(
            "cancel",
            N_("Annuler l’échange"),
            steps.Cancel,
            (WHY,),
            N_("Libre tant qu’aucun colis n’est préparé ; ensuite, le colis est rappelé."),
            is_danger=True,
        ),
        StepForm(
            "reserve",
            N_("Réserver le remplacement"),
            steps.Reserve,
            (
                Ask("serial_number", N_("N° de série du remplacement")),
                Ask("condition", N_("État du matériel"), kind="select", source="conditions"),
                Ask(
                    "product_reference",
                    N_("Autre référence"),
                    needed=False,
                    hint=N_("Seulement si ce n’est pas la même référence."),
                ),
                Ask("reason", N_("Raison du remplacement par une autre référence"), needed=False),
            ),
        ),
        StepForm(
            "out_of_stock",
            N_("Signaler une rupture de stock"),
            steps.OutOfStock,
            (Ask("expected_on", N_("Attendu le"), kind="date"), NOTE),
        ),
        StepForm(
            "send_label",
            N_("Envoyer l’étiquette de retour"),
            steps.SendLabel,
            (
                CARRIER,
                TRACKING,
                Ask(
                    "without_statement",
                    N_("Sans déclaration sur les données, parce que"),
                    needed=False,
                    hint=N_("Par exemple : confirmé par téléphone avec le client. Lu par SQP seul."),
                ),
                NOTE,
            ),
        ),
        StepForm(
            "return_shipped", N_("Signaler l’envoi du retour"), steps.ReturnShipped, (CARRIER, TRACKING, ANOTHER, NOTE)
        ),
        StepForm("return_lost", N_("Signaler un retour perdu"), steps.ReturnLost, (WHY,)),
        StepForm("more_time", N_("Demander un délai"), steps.MoreTime, (Ask("reason", N_("Motif")),)),
        StepForm(
            "keep_disk",
            N_("Conserver le disque"),
            steps.KeepDisk,
            (CERTIFICATE, CERTIFICATE_FILE, NOTE),
            N_("Le disque reste chez vous. Jusqu’à la réponse de SQP, le retour n’est pas en retard."),
        ),
        StepForm(
            "refuse_disk",
            N_("Demander le disque malgré tout"),
            steps.RefuseDisk,
            (WHY,),
            N_("Le disque est à renvoyer ; quelques jours sont accordés pour cela."),
            is_danger=True,
        ),
        StepForm(
            "receive",
            N_("Enregistrer l’arrivée"),
            steps.Receive,
            (
                READ,
                Ask(
                    "media_found",
                    N_("Un support de données s’y trouve : mettre en quarantaine"),
                    needed=False,
                    kind="check",
                ),
                NOTE,
            ),
        ),
        StepForm(
            "inspect",
            N_("Enregistrer le contrôle"),
            steps.Inspect,
            (
                Ask("outcome", N_("Constat"), kind="select", source="inspections"),
                Ask(
                    "missing",
                    N_("Ce qui manque"),
                    needed=False,
                    kind="lines",
                    hint=N_("Un accessoire par ligne, si le retour est incomplet."),
                ),
                NOTE,
            ),
        ),
        StepForm(
            "settle",
            N_("Solder le retour"),
            steps.Settle,
            (
                Ask("outcome", N_("Motif"), kind="select", source="settlements"),
                Ask("reference", N_("Référence de la facture"), needed=False, hint=N_("Si le matériel est facturé.")),
                CERTIFICATE,
                NOTE,
            ),
            N_("Plus rien n’est attendu en retour."),
        ),
        StepForm(
            "reverse",
            N_("Annuler après envoi"),
            steps.Reverse,
            (Ask("reason", N_("Motif"), kind="select", source="reversals"), NOTE),
            N_("Le remplacement revient à SQP, et la couverture à l’appareil d’origine."),
            is_danger=True,
        ),
        StepForm(
            "receive_replacement",
            N_("Enregistrer le retour du remplacement"),
            steps.ReceiveReplacement,
            (READ, NOTE),
        ),
        StepForm(
            "replacement_dead",
            N_("Le remplacement ne fonctionne pas"),
            steps.ReplacementDead,
            (WHY,),
            N_("Un nouvel échange est ouvert et accordé aussitôt, avec sa propre promesse."),
        ),
        StepForm("close", N_("Terminer l’échange"), steps.Close, (NOTE,)),
        StepForm(
            "claim",
            N_("Dossier chez le constructeur"),
            steps.ClaimToMaker,
            (
                Ask("state", N_("Étape"), kind="select", source="claims"),
                Ask("maker_number", N_("N° chez le constructeur"), needed=False),
                Ask("due_on", N_("Réponse attendue le"), needed=False, kind="date"),
                Ask("note", N_("Note"), needed=False, kind="area", hint=N_("Lue par SQP seul.")),
            ),
            N_("SQP seul voit ce dossier."),
        ),
    )
}

REQUEST = (
    Ask("serial_number", N_("Produit"), kind="select", source="products"),
    Ask("type", N_("Type"), kind="select", source="types"),
    NOTE,
)
REQUEST_OF_SQP = (*REQUEST, DESPITE, Ask("approve", N_("Accorder aussitôt"), needed=False, kind="check"))

NO_DISK = N_("L’appareil n’a pas de disque")


def _question(name: str, label: str, choices: Mapping[str, str]) -> Ask:
    """Nothing is chosen beforehand: what is stated is the client's own word."""
    return Ask(name, label, kind="select", choices=choices, prompt=N_("Choisir"))


STATEMENT = (
    _question(
        "backup",
        N_("Sauvegarde des données"),
        {
            "done": N_("Faite"),
            "impossible": N_("Impossible"),
            "no_data": N_("L’appareil ne contient pas de données"),
        },
    ),
    _question(
        "disks",
        N_("Disques"),
        {"sent": N_("Envoyés avec l’appareil"), "kept": N_("Conservés"), "no_disk": NO_DISK},
    ),
    Ask("order_noted", N_("L’ordre des disques est noté"), needed=False, kind="check"),
    _question(
        "erased",
        N_("Données effacées"),
        {"yes": N_("Oui"), "no": N_("Non"), "impossible": N_("Impossible"), "no_disk": NO_DISK},
    ),
    _question(
        "encrypted",
        N_("Volume chiffré"),
        {"yes": N_("Oui"), "no": N_("Non"), "unknown": N_("Je ne sais pas")},
    ),
    Ask("accessories", N_("Accessoires joints"), needed=False, hint=N_("Par exemple : bloc secteur, racks, clés.")),
)
