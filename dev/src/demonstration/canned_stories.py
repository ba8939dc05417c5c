"""SQP's canned answers as its people would have written them."""

from __future__ import annotations

from demonstration.caller import Caller

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
    },
)


async def tell(*, support: Caller) -> None:
    for number, answer in enumerate(ANSWERS):
        await support.post("/canned-answers", answer, key=f"demonstration canned answer {number}")
