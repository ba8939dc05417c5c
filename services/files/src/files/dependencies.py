"""What the files service holds besides its database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from chassis.storage.interface import ObjectStorage
from files.scanners import Scanner


@dataclass(frozen=True)
class Services:
    storage: ObjectStorage
    scanner: Scanner


async def _services(request: Request) -> Services:
    services: Services = request.app.state.resources
    return services


ServicesDep = Annotated[Services, Depends(_services)]
