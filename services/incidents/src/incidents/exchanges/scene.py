"""A line of a locked incident, who acts on it, and when: how what happens to it is written down and told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.incidents.exchanges import SqpStep
from events.exchange_words import ExchangeStep
from events.incidents import Actor
from incidents import event_mapper, feed
from incidents.exchanges import carriers
from incidents.exchanges.models import Exchange, ExchangeFact, Shipment
from incidents.models import Incident


@dataclass
class Scene:
    """``at`` is when it happened, ``now`` when the platform learns of it."""

    session: AsyncSession
    incident: Incident
    line: Exchange
    by: Actor
    at: datetime
    now: datetime

    def of(self, line: Exchange) -> Scene:
        return Scene(self.session, self.incident, line, self.by, self.at, self.now)

    def tell(self, step: ExchangeStep, note: str = "", parcel: Shipment | None = None, **data: Any) -> None:
        """For all parties: a fact, an event, a row of the feed."""
        self._write(step, note, parcel, sqp_only=False, data=data)
        self.incident.bump_revision()
        told = event_mapper.exchange_changed(
            self.incident, self.by, self.at, line=self.line, step=step, parcel=parcel, note=note
        )
        feed.tell(self.session, self.incident, told)

    def note(self, step: SqpStep, note: str = "", parcel: Shipment | None = None, **data: Any) -> None:
        """For SQP alone: a fact and a row of the feed, and nothing that others hear of."""
        self._write(step, note, parcel, sqp_only=True, data=data)
        feed.tell_programs(self.session, self.incident, step)

    def _write(
        self,
        step: ExchangeStep | SqpStep,
        note: str,
        parcel: Shipment | None,
        *,
        sqp_only: bool,
        data: dict[str, Any],
    ) -> None:
        # The holder sees the version, so a fact for SQP alone must not raise it.
        self.line.version += 0 if sqp_only else 1
        shown = {"carrier": carriers.name(parcel.carrier, parcel.tracking_number)} if parcel else {}
        self.session.add(
            ExchangeFact(
                exchange_id=self.line.id,
                step=step,
                sqp_only=sqp_only,
                at=self.at,
                recorded_at=self.now,
                user_id=self.by.user_id,
                user_name=self.by.name,
                organisation_kind=self.by.organisation_kind,
                note=note,
                tracking_url=carriers.tracking_url(parcel.carrier, parcel.tracking_number) if parcel else "",
                data={**shown, **{name: _plain(value) for name, value in data.items()}},
            )
        )


def _plain(value: Any) -> Any:
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else value
