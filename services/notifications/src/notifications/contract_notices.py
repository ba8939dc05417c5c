"""Who is told of a contract: administrators of its reseller, and of its client if there is one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from api.notifications import Kind
from events.contracts import ContractChanged, ContractExpiring, ContractExtended, ContractRegistered, ContractState
from notifications.recipients import Audience, Notice, Subject


def contract_registered(event: ContractRegistered) -> Notice:
    return _contract("contract_registered", event)


def contract_given(event: ContractChanged, client: UUID, by: UUID) -> Notice:
    """The client's administrators, who hear of the contract for the first time."""
    audience = Audience(organisations=frozenset({client}), administrators=True, author=by)
    return replace(_contract("contract_registered", event), audience=audience)


def contract_extended(event: ContractExtended) -> Notice:
    return _contract("contract_extended", event)


def contract_expiring(event: ContractExpiring) -> Notice:
    """``client_name`` groups an e-mail's contracts. The warning before the last day of ordering names that day."""
    facts: dict[str, Any] = {"days_left": event.days_left, "client_name": event.client.name if event.client else ""}
    if event.reminder == "order" and event.order_until is not None:
        facts |= {"reminder": "order", "order_until": event.order_until.isoformat()}
    return _contract("contract_expiring", event, **facts)


def _contract(kind: Kind, event: ContractState, **more: Any) -> Notice:
    """The administrators of the reseller, and of the client if there is one."""
    client = {event.client.organisation_id} if event.client else set()
    organisations = frozenset({event.reseller.organisation_id} | client)
    facts = {
        "number": event.number,
        "product_reference": event.product_reference,
        "ends_on": event.warranty_ends_on.isoformat(),
        **more,
    }
    subject = Subject("contract", event.number, f"/contrats/{event.number}")
    return Notice(kind, Audience(organisations=organisations, administrators=True), subject, facts)
