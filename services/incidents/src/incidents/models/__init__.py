"""The tables of incidents and the rules on them."""

from incidents.models.base import Base
from incidents.models.incidents import Change, DayCounter, HistoryEntry, Incident, client_declarer
from incidents.models.projections import CoveredContract, DeliveryAddress, Organisation, User
from incidents.models.threads import BY_PARTY, Attachment, Message

__all__ = [
    "BY_PARTY",
    "Attachment",
    "Base",
    "Change",
    "CoveredContract",
    "DayCounter",
    "DeliveryAddress",
    "HistoryEntry",
    "Incident",
    "Message",
    "Organisation",
    "User",
    "client_declarer",
]
