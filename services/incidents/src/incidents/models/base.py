"""The base of the service's tables."""

from __future__ import annotations

from sqlalchemy import MetaData, Text
from sqlalchemy.orm import DeclarativeBase

from api.incidents import AttachmentState
from api.incidents.desk import Act, Action, Relation
from api.incidents.exchange_steps import Carrier, ClaimState, Condition
from api.incidents.exchanges import FactStep, ShipmentState, Stage
from api.incidents.promises import ClockStart
from api.incidents.texts import TextPart
from chassis.tables import NAMING, TYPES
from events import OrganisationKind
from events.exchange_words import (
    Consequence,
    Cover,
    Decision,
    Direction,
    Dispatch,
    ExchangeType,
    Outcome,
    ReplacementReturn,
    ReturnState,
)
from events.files import ScanState
from events.identity import UserStatus
from events.incidents import Nature, PendingReason, Scope, Status, Thread
from incidents.exchanges.standing import Disk

# Words of a closed list are text in the database: a new word needs no migration.
WORDS = (
    Status,
    Nature,
    Scope,
    Thread,
    OrganisationKind,
    UserStatus,
    ScanState,
    PendingReason,
    AttachmentState,
    ClockStart,
    ExchangeType,
    Decision,
    Dispatch,
    Cover,
    ReturnState,
    ReplacementReturn,
    Outcome,
    Direction,
    Condition,
    Carrier,
    ClaimState,
    ShipmentState,
    Stage,
    FactStep,
    Consequence,
    Action,
    Relation,
    Act,
    TextPart,
    Disk,
)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {**TYPES, **dict.fromkeys(WORDS, Text)}  # noqa: RUF012 - SQLAlchemy's own hook
