"""The declarative base of identity's tables, and the words that its columns hold."""

from __future__ import annotations

from typing import Any, Literal, get_args

from sqlalchemy import MetaData, Text
from sqlalchemy.orm import DeclarativeBase

from api.identity.common import Client, SignUpState
from chassis.tables import NAMING, TYPES
from events import OrganisationKind, Role
from events.identity import LinkPurpose, UserStatus
from web.i18n import Language

KeyState = Literal["next", "active", "retired"]
Purpose = Literal[LinkPurpose, "password_reset", "email_change", "email_objection", "rescue"]

# Links by which a person comes to a first password.
ACCOUNT_PURPOSES: tuple[Purpose, ...] = get_args(LinkPurpose)

# Words are text with a check, so that a new one needs no new type in the database.
WORDS = (Client, KeyState, Language, OrganisationKind, Purpose, Role, SignUpState, UserStatus)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: dict[Any, Any] = {**TYPES, **dict.fromkeys(WORDS, Text)}  # noqa: RUF012
