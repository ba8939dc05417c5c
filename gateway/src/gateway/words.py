"""The words of the gateway's own pages."""

from __future__ import annotations

from chassis.i18n import Language, text

WORDS = {
    "platform": text("Contrats de service", "Service contracts"),
    "home_title": text("Contrats de service SQP", "SQP service contracts"),
    "docs": text("Documentation", "Documentation"),
    "docs_lead": text(
        "Ce que la plateforme offre à vos systèmes, et ce que ses services se disent.",
        "What the platform offers to your systems, and what its services tell each other.",
    ),
    "api": text("Interface HTTP", "HTTP interface"),
    "api_lead": text(
        "Toutes les opérations, par service, avec leurs paramètres, leurs corps et leurs réponses.",
        "Every operation, by service, with its parameters, bodies and answers.",
    ),
    "events": text("Événements", "Events"),
    "events_lead": text(
        "Les faits que les services publient, qui les reçoit, et un exemple de chacun.",
        "The facts that the services publish, who takes them, and a sample of each.",
    ),
    "events_rules": text(
        "Enveloppe CloudEvents 1.0 en JSON. Livraison au moins une fois, sans ordre garanti : aggregateversion dit "
        "lequel de deux états est le plus récent. Ignorez les champs inconnus : les événements ne font que s’enrichir.",
        "CloudEvents 1.0 envelope in JSON. Delivered at least once, in no guaranteed order: aggregateversion says "
        "which of two states is the newer. Ignore unknown fields: events only ever grow.",
    ),
    "machine_readable": text("Pour une machine", "For a machine"),
    "machine_readable_list": text("Pour une machine :", "For a machine:"),
    "parameters": text("Paramètres", "Parameters"),
    "body": text("Corps", "Body"),
    "answers": text("Réponses", "Answers"),
    "refusals": text("Refus", "Refusals"),
    "refusals_lead": text(
        "Tout refus est un document Problem (RFC 9457), en français ou en anglais selon Accept-Language.",
        "Every refusal is a Problem document (RFC 9457), in French or English by Accept-Language.",
    ),
    "authentication": text("S’identifier", "Authentication"),
    "authentication_lead": text(
        "Obtenez un jeton par POST /api/v1/oauth/token (système) ou POST /api/v1/auth/login (personne), puis "
        "joignez-le à chaque requête : Authorization: Bearer …",
        "Obtain a token by POST /api/v1/oauth/token (a system) or POST /api/v1/auth/login (a person), then send it "
        "with every request: Authorization: Bearer …",
    ),
    "who": text("Qui :", "Who:"),
    "everybody": text("tout le monde", "everybody"),
    "sqp": text("SQP", "SQP"),
    "reseller": text("revendeur", "reseller"),
    "client": text("client", "client"),
    "administrators": text("administrateurs", "administrators"),
    "service_account": text("compte de service", "service account"),
    "schemas": text("Schémas", "Schemas"),
    "name": text("Nom", "Name"),
    "type": text("Type", "Type"),
    "meaning": text("Sens", "Meaning"),
    "place": text("Où", "Where"),
    "required": text("obligatoire", "required"),
    "taken_by": text("Reçu par", "Taken by"),
    "nobody": text("personne", "nobody"),
    "sample": text("Exemple", "Sample"),
    "fields": text("Champs", "Fields"),
    "parts": text("Enveloppe et parties", "Envelope and parts"),
    "unavailable": text("Momentanément sans réponse :", "No answer at the moment:"),
    "operations": text("opérations", "operations"),
    "no_body": text("sans corps", "no body"),
    "minLength": text("≥ {} caractères", "≥ {} characters"),
    "maxLength": text("≤ {} caractères", "≤ {} characters"),
    "minimum": text("≥ {}", "≥ {}"),
    "maximum": text("≤ {}", "≤ {}"),
    "exclusiveMinimum": text("> {}", "> {}"),
    "exclusiveMaximum": text("< {}", "< {}"),
    "minItems": text("≥ {} éléments", "≥ {} items"),
    "maxItems": text("≤ {} éléments", "≤ {} items"),
    "pattern": text("{}", "{}"),
    "default": text("par défaut {}", "default {}"),
    "skip": text("Aller au contenu", "Skip to the content"),
}


def words(language: Language) -> dict[str, str]:
    return {key: sentence[language] for key, sentence in WORDS.items()}
