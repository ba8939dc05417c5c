"""What the notifications service holds besides its database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from notifications.delivery import Trouble
from notifications.stream import Hub


@dataclass(frozen=True)
class Services:
    hub: Hub
    mail_trouble: Trouble


async def _services(request: Request) -> Services:
    services: Services = request.app.state.resources
    return services


ServicesDep = Annotated[Services, Depends(_services)]
