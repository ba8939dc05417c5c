"""An incident with its exchanges, as the incidents service answers them: for tests of what shows them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from api.incidents.exchanges import Exchange, Exchanges
from web import clock

NUMBER = "26051901"
AT = datetime(2026, 5, 19, 8, 0, tzinfo=UTC)
PARCEL = UUID("6f1f4f0e-5d1c-4a53-9f4b-6a3f0d6c2a10")
CERTIFICATE = UUID("0e6a3f7e-1111-4a53-9f4b-6a3f0d6c2a10")
ADDRESS = {
    "label": "Entrepôt", "street": "8 quai Rambaud", "complement": "", "postal_code": "69002", "city": "Lyon",
    "country": "FR", "email": "entrepot@sqp.fr", "phone": "",
}  # fmt: skip
PARTY = {"id": uuid4(), "email": "revendeur_test@sqp.fr", "phone": "+33123456789", "readership": "active"}
AWAITED = ("expected", "label_sent", "in_transit", "lost")
BY = {"user_id": uuid4(), "name": "Zoé Œuvrard", "organisation_kind": "reseller", "organisation_name": "Test"}
AGENT = {"user_id": uuid4(), "name": "Ada Support", "organisation_kind": "sqp", "organisation_name": "SQP"}
INCIDENT: dict[str, Any] = {
    "number": NUMBER, "version": 3, "status": "exchange", "status_label": "Échange en cours", "pending_reason": None,
    "pending_reason_label": None, "title": "Le NAS ne démarre plus", "nature": "defective",
    "nature_label": "Produit défectueux", "description": "Aucune LED.",
    "articles": [
        {"designation": "NAS QNAP 1 baie", "product_reference": "TS-131K", "serial_number": "Q207B17555"},
        {"designation": "Disque 4 To", "product_reference": "ST4000VN", "serial_number": "Z9CBPM5M"},
    ],
    "declared_at": AT, "declared_by": BY, "linked_to": None, "delivery_address": ADDRESS,
    "contract": {
        "number": "29962", "product_reference": "TS-131K-1TIW", "serial_number": "Q207B17555",
        "starts_on": "2025-12-10", "warranty_ends_on": "2028-12-09", "service_level": "Envoi express J+1",
    },
    "reseller": {**PARTY, "name": "Revendeur Test"}, "client": {**PARTY, "name": "Client Test"}, "closes_on": None,
    "attachments": [
        {
            "file_id": CERTIFICATE, "scope": "declaration", "message_id": None, "state": "bound",
            "name": "destruction.pdf", "media_type": "application/pdf", "size": 1234, "scan": "clean",
            "attached_at": AT, "attached_by_name": "Zoé Œuvrard", "organisation_kind": "reseller",
        }
    ],
    "threads": ["client", "sqp"],
    "actions": {"next": [], "write": [], "attach": [], "files": {"count": 20, "size": 1}},
}  # fmt: skip


def choices(**labels: str) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in labels.items()]


CHOICES = {
    "types": choices(advance_exchange="Échange avancé", standard_exchange="Échange standard", part_only="Pièce seule"),
    "conditions": choices(new="Neuf", reconditioned="Reconditionné"),
    "carriers": choices(chronopost="Chronopost", colissimo="Colissimo", other="Autre"),
    "inspections": choices(as_expected="Conforme", mismatch="Autre matériel que celui attendu", partial="Incomplet"),
    "settlements": choices(retained="Disque conservé", waived="SQP renonce au retour", invoiced="Facturé"),
    "reversals": choices(fault_gone="La panne a disparu", not_covered="La panne n’est pas couverte"),
    "claims": choices(
        opened="Dossier ouvert", sent="Envoyé au constructeur", accepted="Accepté", refused="Refusé", settled="Soldé"
    ),
}


def fact(step: str, sentence: str, by: dict[str, Any] = AGENT, note: str = "", **more: Any) -> dict[str, Any]:
    return {
        "step": step, "sentence": sentence, "at": AT, "recorded_at": AT, "by": by, "note": note, "tracking_url": "",
        **more,
    }  # fmt: skip


def back(state: str = "label_sent", label: str = "Étiquette envoyée", **changes: Any) -> dict[str, Any]:
    due = clock.today() + timedelta(days=12)
    return {
        "state": state, "label": label, "due_on": due, "is_overdue": False, "days_left": 12, "extensions_left": 2,
        "consequence": "En cas de retard, SQP envoie des relances.", "address": "SQP\n1 rue des Retours\n69001 Lyon",
        "outcome": None, "outcome_label": None, "is_awaited": state in AWAITED,
        "received_serial_number": None, "missing": [], "invoice_reference": "", "certificate_file_id": None, **changes,
    }  # fmt: skip


def replacement_back(state: str = "expected", label: str = "Remplacement à renvoyer", **changes: Any) -> dict[str, Any]:
    """The way back of a replacement whose exchange was reversed."""
    return {"address": "SQP", **back(state, label), "is_awaited": state in AWAITED, **changes}


def reversed_line(number: Any = 1, **changes: Any) -> dict[str, Any]:
    """A line whose replacement was delivered and is to come back: SQP took the exchange back."""
    due = clock.today() + timedelta(days=12)
    given = {
        "return_state": "not_required", "return_label": "Sans retour", "return_due_on": None,
        "return": back("not_required", "Sans retour", due_on=None, days_left=None, consequence="", address=""),
        "replacement_return_state": "expected", "replacement_return_label": "Remplacement à renvoyer",
        "replacement_return": replacement_back(), "due_on": due, "cover": "returned",
        "cover_label": "La couverture est revenue à l’appareil d’origine.",
        "actions": ["return_shipped", "return_lost", "more_time"],
    }  # fmt: skip
    return line(number, **{**given, **changes})


def parcel(**changes: Any) -> dict[str, Any]:
    return {
        "id": PARCEL, "direction": "outbound", "direction_label": "Envoi au client", "lines": [1],
        "carrier": "chronopost", "carrier_label": "Chronopost", "tracking_number": "XY123456785FR",
        "tracking_url": "https://suivi.example/XY123456785FR", "doubtful_number": False, "state": "delivered",
        "state_label": "Livré", "prepared_at": AT, "shipped_at": AT, "delivered_at": AT, "expected_on": None,
        "address": ADDRESS, "contact": "Mme Accueil", "opening_hours": "9 h à 17 h", "actions": [], **changes,
    }  # fmt: skip


def stage(changes: dict[str, Any]) -> str:
    return "done" if changes.get("decision") in ("rejected", "cancelled", "closed") else "awaited"


def line(number: Any = 1, **changes: Any) -> dict[str, Any]:
    """A line of which the replacement was delivered and the return is awaited."""
    return {
        "id": uuid4(), "incident_number": NUMBER, "line": number, "version": 7, "type": "advance_exchange",
        "type_label": "Échange avancé", "decision": "approved", "decision_label": "Accordé", "state_label": "Livré",
        "serial_number": "Q207B17555", "product_reference": "TS-131K", "replacement_serial_number": "Q251I02233",
        "reseller": "Revendeur Test", "reseller_id": PARTY["id"], "client": "Client Test", "dispatch": "delivered",
        "dispatch_label": "Livré", "return_state": "label_sent", "return_label": "Étiquette envoyée",
        "return_due_on": date(2026, 6, 3), "replacement_return_state": "none", "replacement_return_label": "",
        "due_on": date(2026, 6, 3), "is_overdue": False, "stage": stage(changes),
        "requested_at": AT, "origin_line": None,
        "designation": "NAS QNAP 1 baie",
        "replacement": {
            "serial_number": "Q251I02233", "product_reference": "TS-133", "condition": "reconditioned",
            "condition_label": "Reconditionné", "reason": "Modèle arrêté",
        },
        "stock_expected_on": None,
        "promise": {"state": "kept", "label": "Parti à temps", "dispatch_on": "2026-05-20"},
        "cover": "replaced", "cover_label": "Le remplacement a repris la couverture.", "replaced_on": "2026-05-21",
        "return": back(), "replacement_return": None, "shipments": [parcel()],
        "timeline": [
            fact("requested", "Échange demandé : Échange avancé.", BY, "Le client attend."),
            fact("approved", "Échange accordé : Échange avancé."),
            fact("prepared", "Colis préparé (Chronopost)."),
            fact("shipped", "Remplacement expédié (Chronopost).", tracking_url="https://suivi.example/XY123456785FR"),
            fact("delivered", "Remplacement livré."),
        ],
        "claim": None, "claim_next": [], "may_ship": False,
        "actions": ["return_shipped", "return_lost", "more_time", "keep_disk"], **changes,
    }  # fmt: skip


def exchanges(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = {
        "items": [Exchange.model_validate(each) for each in lines], "requestable": [], "statements": [],
        "may_state": False, "may_ship": False, "choices": CHOICES, **changes,
    }  # fmt: skip
    return Exchanges.model_validate(body).model_dump(mode="json", by_alias=True)
