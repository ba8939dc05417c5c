"""Why there was a reminder, or none: what was computed and skipped, and what is to come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api import reminders as schemas
from chassis.sql import AnyRow
from contracts.models import Contract
from contracts.reminders import ORDER_THRESHOLD, THRESHOLDS, Reminder, last_order_days
from events.contracts import Reminder as Kind
from web import clock
from web.i18n import Language, Text, text

COMPUTED = text("Transmis le {at} aux personnes à prévenir.", "Passed on {at} to those who are to be told.")
PLANNED = text("Prévu le {day}.", "Planned for {day}.")
AT_ONCE = text("Sera transmis dans l’heure.", "Will be passed on within the hour.")
NEARER = text(
    "Pas de rappel : celui à {nearer} jours en tient lieu.", "No reminder: the one at {nearer} days stands for it."
)
SKIPPED: Mapping[schemas.Reason, Text] = {
    "passed": text(
        "Pas de rappel : il ne restait que {days} jours quand les rappels ont été calculés.",
        "No reminder: only {days} days were left when reminders were computed.",
    ),
    "ended": text(
        "Pas de rappel : la garantie a pris fin avant son calcul (date de fin connue trop tard, ou calcul interrompu).",
        "No reminder: the warranty ended before it was computed (end date known too late, or computing stopped).",
    ),
    "closed": text(
        "Pas de rappel : le délai de commande était passé depuis le {day}.",
        "No reminder: the time to order had been over since {day}.",
    ),
    "no_offer": text(
        "Pas de rappel : SQP ne propose pas d’extension pour ce matériel.",
        "No reminder: SQP offers no extension for this equipment.",
    ),
    "credited": text(
        "Pas de rappel : le matériel a été repris contre un avoir le {credited}.",
        "No reminder: the equipment was paid back on {credited}.",
    ),
    "followed": text(
        "Pas de rappel : le contrat n° {number} prend la suite.", "No reminder: contract no. {number} follows."
    ),
}


async def of(reader: AsyncConnection, contract: AnyRow, language: Language) -> schemas.Reminders:
    """``contract``: its whole row."""
    query = select(Reminder.__table__).where(Reminder.contract_number == contract.number)
    rows = (await reader.execute(query.order_by(Reminder.warranty_ends_on.desc(), Reminder.threshold.desc()))).all()
    logged = {end: list(lines) for end, lines in groupby(rows, key=lambda row: row.warranty_ends_on)}
    days = (await reader.execute(select(last_order_days()).where(Contract.number == contract.number))).scalar_one()
    end = contract.warranty_ends_on
    order_until = None if days is None else end + timedelta(days=days)
    known = {row.threshold: row for row in logged.pop(end, [])}
    words = _Words(language, clock.today(), contract)
    items = [
        *(
            words.logged(known[t]) if t in known else words.ahead(t, contract.starts_on, end)
            for t in sorted(THRESHOLDS, reverse=True)
        ),
        words.logged(known[ORDER_THRESHOLD])
        if ORDER_THRESHOLD in known
        else words.order_ahead(order_until, contract.starts_on),
    ]
    # Without an offer it has no day, and stands last.
    warning = order_until - timedelta(days=ORDER_THRESHOLD) if order_until else date.max
    return schemas.Reminders(
        ends_on=end,
        order_until=order_until,
        items=sorted(items, key=lambda line: line.due_on or warning),
        earlier=[
            schemas.EarlierReminders(ends_on=moved, items=[words.logged(line) for line in lines])
            for moved, lines in logged.items()
        ],
    )


class _Words:
    """Lines and their sentences, in one language, as of ``today``."""

    def __init__(self, language: Language, today: date, contract: AnyRow) -> None:
        self._language = language
        self._today = today
        credited_on = contract.credited_on
        # Why nothing is left to remind of.
        self._over: schemas.Reason | None = "credited" if credited_on else "followed" if contract.followed_by else None
        self._facts = {"credited": f"{credited_on:%d/%m/%Y}" if credited_on else "", "number": contract.followed_by}

    def logged(self, row: AnyRow) -> schemas.Reminder:
        at: datetime = row.computed_at.astimezone(clock.PARIS)
        days = (row.warranty_ends_on - at.date()).days
        skipped = row.outcome == "skipped"
        sentence = SKIPPED["passed"] if skipped else COMPUTED
        return schemas.Reminder(
            kind=row.kind,
            threshold=row.threshold,
            due_on=row.warranty_ends_on - timedelta(days=row.threshold) if row.kind == "end" else None,
            outcome="skipped" if skipped else "computed",
            reason="passed" if skipped else None,
            computed_at=row.computed_at,
            sentence=sentence[self._language].format(days=days, at=f"{at:%d/%m/%Y %H:%M}"),
        )

    def ahead(self, threshold: int, starts_on: date, ends_on: date) -> schemas.Reminder:
        """Of those that are due on one day the nearest to the end is told alone."""
        due = max(ends_on - timedelta(days=threshold), starts_on)
        if ends_on < self._today:
            return self._unlogged("end", threshold, due, "ended", ends_on)
        left = (ends_on - max(due, self._today)).days
        nearer = min((each for each in THRESHOLDS if left <= each < threshold), default=None)
        return self._unlogged("end", threshold, due, "passed" if nearer else None, ends_on, nearer)

    def order_ahead(self, order_until: date | None, starts_on: date) -> schemas.Reminder:
        if order_until is None:
            return self._unlogged("order", ORDER_THRESHOLD, None, "no_offer", None)
        due = max(order_until - timedelta(days=ORDER_THRESHOLD), starts_on)
        return self._unlogged(
            "order", ORDER_THRESHOLD, due, "closed" if order_until < self._today else None, order_until
        )

    def _unlogged(
        self,
        kind: Kind,
        threshold: int,
        due: date | None,
        reason: schemas.Reason | None,
        last: date | None,
        nearer: int | None = None,
    ) -> schemas.Reminder:
        is_due = due is not None and due <= self._today
        if self._over:
            reason, nearer = self._over, None
        sentence = NEARER if nearer else SKIPPED[reason] if reason else AT_ONCE if is_due else PLANNED
        day = last if reason else due
        return schemas.Reminder(
            kind=kind,
            threshold=threshold,
            due_on=due,
            outcome="skipped" if reason else "planned",
            reason=reason,
            sentence=sentence[self._language].format(
                day=f"{day:%d/%m/%Y}" if day else "", nearer=nearer, **self._facts
            ),
        )
