"""The serial numbers of an incident's exchanges, by which the lists find it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incidents.exchanges.models import Exchange
from incidents.models import Incident


async def follow(session: AsyncSession, incident: Incident) -> None:
    """After an exchange of the incident has moved; its row must be locked."""
    units = (Exchange.serial_number, Exchange.replacement_serial_number, Exchange.received_serial_number)
    lines = await session.execute(select(*units).where(Exchange.incident_number == incident.number))
    serials = sorted({serial for line in lines for serial in line if serial})
    if serials != incident.exchange_serials:
        incident.exchange_serials = serials
        incident.refresh_search_columns()
