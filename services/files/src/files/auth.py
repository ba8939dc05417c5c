"""Who may call which route of the files service."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from web.auth.principal import Principal
from web.auth.rules import people

CanRead = Annotated[Principal, Depends(people())]
Uploader = Annotated[Principal, Depends(people(write=True))]
