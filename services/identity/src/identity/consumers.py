"""The events that the identity service consumes."""

from __future__ import annotations

from functools import partial

from chassis.messaging.consumer import Consumer
from events.contracts import ContractChanged, ContractExtended, ContractRegistered
from events.notifications import EmailFailed
from identity import projections
from identity.links import Links
from identity.service import people


def consumers(links: Links) -> tuple[Consumer, ...]:
    contracts = Consumer("identity.contracts")
    contracts.on(ContractRegistered, ContractChanged, ContractExtended)(partial(projections.contract, by_links=links))

    deliveries = Consumer("identity.deliveries")
    deliveries.on(EmailFailed)(people.mark_undeliverable)
    return (contracts, deliveries)
