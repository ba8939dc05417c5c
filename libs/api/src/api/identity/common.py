"""Words that several of identity's requests use."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from web.i18n import Invalid
from web.text import codes

Client = Literal["api", "browser"]
SignUpState = Literal["pending", "approved", "refused"]

# No @: a log-in differs from any e-mail address.
_LOGIN = r"^[0-9A-Za-z][0-9A-Za-z._-]{2,39}$"


def _log_in(value: str) -> str:
    if re.match(_LOGIN, value) is None:
        raise Invalid(
            "3 à 40 lettres sans accent, chiffres, points et tirets, en commençant par une lettre ou un chiffre.",
            "3 to 40 letters without accents, digits, dots and dashes, beginning with a letter or a digit.",
        )
    return value


Login = Annotated[codes.Cleaned, AfterValidator(_log_in), Field(json_schema_extra={"pattern": _LOGIN})]
Token = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f]{1,500}$")]


def _typeable(value: SecretStr) -> SecretStr:
    if any(unicodedata.category(character) == "Cc" for character in value.get_secret_value()):
        raise Invalid("Les caractères de contrôle ne sont pas admis.", "Control characters are not allowed.")
    return value


# Spaces at the ends are dropped, as from every text of a request, when a password is chosen and when it is asked for:
# one that was copied with a space is the same. Those within it count.
Password = Annotated[SecretStr, Field(min_length=1, max_length=200), AfterValidator(_typeable)]
