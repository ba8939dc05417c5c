"""The declarative base of identity's tables, and the words that its columns hold."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import MetaData, Text
from sqlalchemy.orm import DeclarativeBase

from chassis.i18n import Language
from chassis.tables import NAMING, TYPES
from events import OrganisationKind, Role
from events.identity import UserStatus

Client = Literal["api", "browser"]
KeyState = Literal["next", "active", "retired"]
Purpose = Literal["reseller_account", "invitation", "client_sign_up", "password_reset"]
SignUpState = Literal["pending", "approved", "refused"]

# Words are text with a check, so that a new one needs no new type in the database.
WORDS = (Client, KeyState, Language, OrganisationKind, Purpose, Role, SignUpState, UserStatus)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: dict[Any, Any] = {**TYPES, **dict.fromkeys(WORDS, Text)}  # noqa: RUF012
