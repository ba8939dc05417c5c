"""Who may call which route of the notifications service: people, for what is their own; a basic user as well."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from web.auth.principal import Principal
from web.auth.rules import people

Person = Annotated[Principal, Depends(people())]
