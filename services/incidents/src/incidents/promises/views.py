"""From rows to answers."""

from __future__ import annotations

from collections.abc import Sequence

from api.incidents import promises as schemas
from chassis.sql import AnyRow
from events.incidents import Status
from incidents.labels import PROMISE
from incidents.promises import rule
from incidents.promises.models import state_of
from incidents.promises.terms import Terms
from web import clock
from web.i18n import Language

WINDOWS_SHOWN = 3
# Nothing is owed on what was refused or taken back.
WITHOUT: frozenset[Status] = frozenset({"rejected", "cancelled"})


def offer(terms: Terms) -> schemas.PromiseOffer:
    now = clock.now()
    shown = rule.first_windows(now, terms.cutoff, terms.days, WINDOWS_SHOWN)
    return schemas.PromiseOffer(
        revision=terms.revision,
        clock_start=terms.clock_start,
        cutoff=f"{terms.cutoff:%H:%M}",
        now=now,
        windows=[schemas.PromiseWindow.model_validate(each) for each in shown]
        if terms.clock_start == "declaration"
        else [],
    )


def badge(row: AnyRow | None, status: Status, language: Language) -> schemas.PromiseBadge | None:
    # Of what was merged the other incident keeps the promise.
    is_merged = row is not None and status == "closed" and row.paused_at is not None
    if row is None or status in WITHOUT or is_merged:
        return None
    state = state_of(row.dispatch_on, row.paused_at, row.fulfilled_at, row.missed_at)
    return schemas.PromiseBadge(state=state, label=PROMISE[state][language], dispatch_on=row.dispatch_on)


def promise(row: AnyRow | None, status: Status, language: Language) -> schemas.Promise | None:
    shown = badge(row, status, language)
    if row is None or shown is None:
        return None
    return schemas.Promise(
        **shown.model_dump(),
        first_dispatch_on=row.first_dispatch_on,
        started_at=row.started_at,
        cutoff=f"{row.cutoff:%H:%M}",
        clock_start=row.clock_start,
        rule_version=row.rule_version,
        calendar_version=row.calendar_version,
        paused_at=row.paused_at,
        fulfilled_at=row.fulfilled_at,
    )


def settings(terms: Terms, changes: Sequence[AnyRow], closures: Sequence[AnyRow]) -> schemas.PromiseSettings:
    """``changes`` of the terms, latest first."""
    values = [(each.cutoff, each.clock_start) for each in changes]
    defaults = Terms()
    before = [*values[1:], (defaults.cutoff, defaults.clock_start)]
    last = next((row for row, own, other in zip(changes, values, before, strict=False) if own != other), None)
    return schemas.PromiseSettings(
        revision=terms.revision,
        cutoff=f"{terms.cutoff:%H:%M}",
        clock_start=terms.clock_start,
        changed_at=last.at if last else None,
        changed_by_name=last.user_name if last else "",
        closures=[schemas.Closure.model_validate(each) for each in closures],
    )
