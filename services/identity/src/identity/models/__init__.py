"""The tables of identity and the rules on them."""

from identity.models.base import Base
from identity.models.organisations import Address, KnownContract, Organisation, SignUpRequest, found_by
from identity.models.people import Device, LinkToken, User
from identity.models.platform import ServiceAccount, SigningKey, ThrottleCounter
from identity.models.sessions import Session

__all__ = [
    "Address",
    "Base",
    "Device",
    "KnownContract",
    "LinkToken",
    "Organisation",
    "ServiceAccount",
    "Session",
    "SignUpRequest",
    "SigningKey",
    "ThrottleCounter",
    "User",
    "found_by",
]
