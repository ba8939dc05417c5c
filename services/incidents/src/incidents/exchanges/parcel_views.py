"""From rows of parcels to answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from api.incidents import exchanges as schemas
from api.incidents.addresses import Address
from api.incidents.shipments import News
from chassis.sql import AnyRow
from incidents.exchanges import carriers, labels, machine, standing
from incidents.exchanges.standing import Load
from web.i18n import Language

NEWS: tuple[News, ...] = get_args(News)


def shipment(
    parcel: AnyRow, line: AnyRow, lines: Sequence[int], *, is_told: bool, language: Language
) -> schemas.Shipment:
    """``parcel``: with the ``unit`` in it for ``line``; ``is_told``: whether its reader tells news of it."""
    known = [news for news in NEWS if not machine.is_late(parcel.state, news, is_presumed=parcel.is_presumed)]
    if parcel.direction == "outbound" and standing.is_spare(line, Load(parcel.id, parcel.state, parcel.unit)):
        known = ["returned_to_sender"]
    return schemas.Shipment(
        id=parcel.id,
        direction=parcel.direction,
        direction_label=labels.DIRECTION[parcel.direction][language],
        lines=list(lines),
        carrier=parcel.carrier,
        carrier_label=carriers.label(parcel.carrier, language),
        tracking_number=parcel.tracking_number,
        tracking_url=carriers.tracking_url(parcel.carrier, parcel.tracking_number),
        doubtful_number=carriers.is_doubtful(parcel.carrier, parcel.tracking_number),
        state=parcel.state,
        state_label=labels.SHIPMENT[parcel.state][language],
        prepared_at=parcel.prepared_at,
        shipped_at=parcel.shipped_at,
        delivered_at=parcel.delivered_at,
        expected_on=parcel.expected_on,
        address=Address(**parcel.address) if parcel.address else None,
        contact=parcel.contact,
        opening_hours=parcel.opening_hours,
        actions=known if is_told else [],
        may_recall=is_told and machine.recall_refusal(parcel.state, parcel.direction) is None,
    )
