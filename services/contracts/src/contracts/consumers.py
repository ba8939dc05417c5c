"""The events that the contracts service consumes."""

from __future__ import annotations

from chassis.messaging.consumer import Consumer
from contracts import projections
from events.identity import OrganisationChanged


def consumers() -> tuple[Consumer, ...]:
    organisations = Consumer("contracts.organisations")
    organisations.on(OrganisationChanged)(projections.organisation)
    return (organisations,)
