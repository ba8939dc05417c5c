"""The events that the contracts service consumes."""

from __future__ import annotations

from chassis.messaging.consumer import Consumer
from contracts import projections
from events.identity import OrganisationChanged
from events.incidents import ExchangeChanged


def consumers() -> tuple[Consumer, ...]:
    organisations = Consumer("contracts.organisations")
    organisations.on(OrganisationChanged)(projections.organisation)

    exchanges = Consumer("contracts.exchanges")
    exchanges.on(ExchangeChanged)(projections.exchange)
    return (organisations, exchanges)
