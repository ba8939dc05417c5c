"""Who may call which route of the files service."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from chassis.auth.principal import Principal
from chassis.auth.rules import people

Reader = Annotated[Principal, Depends(people())]
Uploader = Annotated[Principal, Depends(people(write=True))]
