"""Words that several of identity's requests use."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from chassis.schemas import no_control_characters

# No @: a log-in differs from any e-mail address.
Login = Annotated[
    str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*$", min_length=3, max_length=40, strip_whitespace=True)
]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._-]{1,40}$")]
Token = Annotated[str, StringConstraints(min_length=1, max_length=500)]


def _typeable(value: SecretStr) -> SecretStr:
    no_control_characters(value.get_secret_value())
    return value


Password = Annotated[SecretStr, Field(min_length=1, max_length=200), AfterValidator(_typeable)]
