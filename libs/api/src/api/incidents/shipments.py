"""Parcels of exchanges: what may be asked of them, and what is told of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.incidents.addresses import NewAddress
from api.incidents.exchange_steps import Carrier, LineNumber, TrackingNumber
from api.incidents.incidents import Number
from web.schemas import Day, Line, Moment, OptionalLine, OptionalParagraphs, Request

OutboundDirection = Literal["outbound", "replacement_return"]
Lines = Annotated[list[LineNumber], Field(min_length=1, max_length=50)]
News = Literal["shipped", "delivered", "lost", "damaged", "refused", "returned_to_sender"]
# SQP alone withdraws a parcel that it prepared by mistake.
Said = Literal[News, "recalled"]


class ShipmentCreate(Request):
    """A parcel for one line or several of an incident. ``address`` where it goes elsewhere than the incident says.

    ``shipped``: it has left already.
    """

    lines: Lines
    direction: OutboundDirection = "outbound"
    carrier: Carrier | None = None
    tracking_number: TrackingNumber = ""
    contact: OptionalLine = ""
    opening_hours: OptionalLine = ""
    expected_on: Day | None = None
    address: NewAddress | None = None
    shipped: bool = False


class ShipmentNews(Request):
    """What is known of a parcel; ``at`` when it happened (now unless said otherwise). One that was prepared by mistake,
    and has not left, is ``recalled``: SQP alone reads that, and its ``note``."""

    state: Said
    at: Moment | None = None
    carrier: Carrier | None = None
    tracking_number: TrackingNumber = ""
    note: OptionalParagraphs = ""


class ShipmentPut(ShipmentCreate):
    """The back office's parcel under an id of its own; sent again it changes nothing. ``state``: what is known now, and
    ``at`` since when. What differs from what it sent before is taken, or refused by its field: carrier, number and
    ``expected_on`` change until the parcel has arrived, ``contact`` and ``opening_hours`` until it leaves, the others
    never. What is left out says nothing."""

    incident_number: Number
    state: Literal["prepared", Said] = "prepared"
    at: Moment | None = None


class CarrierFact(Request):
    """One fact of a carrier, about a parcel by its number."""

    carrier: Carrier
    tracking_number: Annotated[Line, StringConstraints(min_length=4)]
    state: News
    at: Moment


class Tracking(Request):
    """Facts in any order, repeated or late."""

    facts: Annotated[list[CarrierFact], Field(min_length=1, max_length=500)]
