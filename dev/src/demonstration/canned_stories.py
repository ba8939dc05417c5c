"""SQP's canned answers as its people would have written them, and the macros that they use every day."""

from __future__ import annotations

from demonstration.caller import Caller

WAITS_FOR_RESELLER = {"to_status": "pending", "to_reason": "waiting_reseller"}

ANSWERS = (
    {
        "title": "Demander des photos",
        "body_fr": (
            "Bonjour {revendeur.nom},\n\nPour l’incident {incident.numero}, pouvez-vous nous envoyer des photos du "
            "produit {produit.reference} (n° de série {produit.serie}) et de son emballage ?\n\nMerci,\n{agent.prenom}"
        ),
        "body_en": (
            "Hello {revendeur.nom},\n\nFor incident {incident.numero}, could you send us photos of the product "
            "{produit.reference} (serial number {produit.serie}) and of its packaging?\n\nThank you,\n{agent.prenom}"
        ),
        "natures": ["damaged", "defective"],
        "statuses": ["new", "in_diagnosis"],
        **WAITS_FOR_RESELLER,
    },
    {
        "title": "Demander le journal système",
        "body_fr": (
            "Bonjour {revendeur.nom},\n\nPouvez-vous nous envoyer le journal système du {produit.reference} "
            "(Panneau de configuration, Journaux, Exporter) ? {client.nom|Votre client} peut aussi le joindre à "
            "l’incident.\n\nMerci,\n{agent.prenom}"
        ),
        "natures": ["defective"],
        "statuses": ["new", "in_diagnosis", "pending"],
        **WAITS_FOR_RESELLER,
    },
    {
        "title": "Confirmer le jour d’envoi",
        "body_fr": (
            "Bonjour {revendeur.nom},\n\nLe produit de remplacement part {promesse.jour}. Le numéro de suivi paraîtra "
            "sur la page de l’incident {incident.numero}.\n\n{agent.prenom}"
        ),
        "body_en": (
            "Hello {revendeur.nom},\n\nThe replacement leaves on {promesse.jour}. Its tracking number will be shown on "
            "the page of incident {incident.numero}.\n\n{agent.prenom}"
        ),
        "statuses": ["in_diagnosis", "exchange"],
    },
    {
        "title": "Relancer le retour",
        "body_fr": (
            "Bonjour {revendeur.nom},\n\nNous attendons toujours le retour du {produit.reference} (n° de série "
            "{produit.serie}). Est-il parti ? Le numéro de colis nous suffit.\n\nMerci,\n{agent.prenom}"
        ),
        "statuses": ["exchange", "pending"],
        **WAITS_FOR_RESELLER,
    },
    {
        "title": "Accorder l’échange anticipé",
        "body_fr": (
            "Bonjour {revendeur.nom},\n\nL’échange anticipé du {produit.reference} (n° de série {produit.serie}) est "
            "accordé. Le remplacement part sans attendre le retour du produit ; l’étiquette de retour suivra."
            "\n\n{agent.prenom}"
        ),
        "body_en": (
            "Hello {revendeur.nom},\n\nThe exchange in advance of the {produit.reference} (serial number "
            "{produit.serie}) is approved. The replacement leaves before the product is returned; a return label will "
            "follow.\n\n{agent.prenom}"
        ),
        "natures": ["defective"],
        "statuses": ["new", "in_diagnosis", "pending"],
        "step": "approve",
        "exchange_type": "advance_exchange",
    },
    {
        "title": "Refuser hors couverture",
        "body_fr": (
            "Bonjour {revendeur.nom},\n\nAprès examen, le défaut du {produit.reference} (n° de série {produit.serie}) "
            "n’est pas couvert par le contrat {contrat.numero}. Si vous n’êtes pas de cet avis, répondez ici : nous "
            "reprendrons le diagnostic.\n\n{agent.prenom}"
        ),
        "statuses": ["new", "in_diagnosis"],
        "to_status": "rejected",
        "note_fr": "Le défaut constaté n’est pas couvert par le contrat {contrat.numero}.",
    },
    {
        "title": "Clore sans réponse",
        "body_fr": (
            "Bonjour {revendeur.nom},\n\nSans réponse de votre part, nous considérons l’incident {incident.numero} "
            "comme résolu. Si le problème persiste, rouvrez-le depuis sa page.\n\n{agent.prenom}"
        ),
        "statuses": ["pending"],
        "to_status": "resolved",
        "note_fr": "Résolu sans réponse à nos questions.",
    },
)


async def tell(*, support: Caller) -> None:
    for number, answer in enumerate(ANSWERS):
        await support.post("/canned-answers", answer, key=f"demonstration canned answer {number}")
