"""What happens to a contract is told twice: as an event, and as a row of the feed that programs follow by number."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging import outbox
from contracts.models import Change
from events.contracts import ContractChanged, ContractExtended, ContractRegistered

Told = ContractRegistered | ContractChanged | ContractExtended

KINDS: dict[type[Told], str] = {
    ContractRegistered: "contract.registered",
    ContractChanged: "contract.changed",
    ContractExtended: "contract.extended",
}
# An exchange began, its replacement left or was delivered, or it was taken back.
COVER_MOVED = "contract.cover_moved"


def tell(session: AsyncSession, event: Told) -> None:
    """Call it with the contract's row locked, or new."""
    is_exchange = isinstance(event, ContractChanged) and event.cover_moved is not None
    kind = COVER_MOVED if is_exchange else KINDS[type(event)]
    outbox.add(session, event)
    session.add(Change(kind=kind, number=event.number, version=event.version))
