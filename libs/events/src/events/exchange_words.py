"""The words of an exchange of hardware, as events and requests say them."""

from __future__ import annotations

from typing import Literal

ExchangeType = Literal["advance_exchange", "standard_exchange", "part_only", "repair", "credit", "no_return"]
Decision = Literal["requested", "approved", "rejected", "cancelled", "closed"]
# Of the parcels to the holder, taken together; ``failed``: lost, damaged, refused or sent back, and none since.
Dispatch = Literal["none", "prepared", "shipped", "delivered", "failed"]
# ``settled``: nothing is awaited any more although nothing was received.
ReturnState = Literal[
    "not_required", "expected", "label_sent", "in_transit", "lost", "received", "inspected", "settled"
]
# Of a replacement that is to come back after all: its exchange was reversed, or cancelled once it had left.
ReplacementReturn = Literal["none", "expected", "in_transit", "lost", "received", "settled"]
Outcome = Literal["as_expected", "no_fault_found", "mismatch", "partial", "retained", "waived", "invoiced"]
# Where the cover of the faulty product is: ``in_progress`` while its exchange is, ``replaced`` once the replacement has
# taken over, ``returned`` when the exchange was reversed afterwards, ``credited`` once the product was paid back: its
# cover ends.
Cover = Literal["unchanged", "in_progress", "replaced", "returned", "credited"]
Direction = Literal["outbound", "return", "replacement_return"]
# What an overdue return means: a reminder only, no more exchanges in advance, no more exchanges.
Consequence = Literal["warn", "standard", "refused"]
# What happened to an exchange line, as all parties of the incident read it.
ExchangeStep = Literal[
    "requested",
    "approved",
    "rejected",
    "cancelled",
    "recalled",
    "reserved",
    "out_of_stock",
    "label_sent",
    "prepared",
    "parcel_expected",
    "shipped",
    "delivered",
    "delivery_presumed",
    "parcel_lost",
    "parcel_damaged",
    "parcel_refused",
    "parcel_sent_back",
    "return_shipped",
    "return_delivered",
    "return_lost",
    "return_extended",
    "return_disk_kept",
    "return_disk_refused",
    "return_received",
    "return_inspected",
    "return_settled",
    "reversed",
    "unit_goes_back",
    "replacement_shipped",
    "replacement_lost",
    "replacement_extended",
    "replacement_received",
    "replacement_settled",
    "replacement_dead",
    "credited",
    "closed",
]
