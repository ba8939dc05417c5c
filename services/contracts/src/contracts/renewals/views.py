"""From rows to answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from api import renewals as schemas
from chassis.sql import AnyRow
from contracts.cover import add_months
from contracts.renewals.queries import MONTHS_AFTER, MONTHS_BEFORE, Period
from contracts.views import shop_link


def renewal(row: AnyRow, offers: Sequence[AnyRow], shop_url: str, today: date) -> schemas.Renewal:
    """``offers`` are those of any contract; an ordered renewal needs none."""
    own = [each for each in offers if each.number == row.contract_number and row.state != "ordered"]
    return schemas.Renewal(
        contract_number=row.contract_number,
        ends_on=row.ends_on,
        covered_until=row.covered_until,
        version=row.version,
        product_reference=row.product_reference,
        serial_number=row.serial_number,
        reseller=getattr(row, "reseller", None),
        client=row.client_name,
        client_id=row.client_id,
        days_left=(row.ends_on - today).days,
        state=row.state,
        lost_reason=row.lost_reason,
        note=row.note,
        next_on=row.next_on,
        order_id=row.order_id,
        followed_by=row.followed_by,
        offers=[
            schemas.RenewalOffer(
                sku=each.sku,
                label=each.label,
                months=each.months,
                url=shop_link(shop_url, row.contract_number, each.sku),
                order_until=row.ends_on + timedelta(days=each.order_days_after_end),
            )
            for each in own
        ],
    )


def months(counted: Sequence[AnyRow], today: date) -> list[schemas.Month]:
    """Every month that is shown, those without contracts too."""
    first = Period.around(today).start
    found = {add_months(first, ahead): schemas.Month(month=add_months(first, ahead)) for ahead in range(MONTHS_SHOWN)}
    for row in counted:
        if row.month in found:
            setattr(found[row.month], row.state, row.contracts)
            found[row.month].contracts += row.contracts
    return list(found.values())


def counts(counted: Sequence[AnyRow], period: Period) -> schemas.StateCounts:
    found = schemas.StateCounts()
    for row in counted:
        if period.start <= row.month < period.end:
            setattr(found, row.state, getattr(found, row.state) + row.contracts)
    return found


MONTHS_SHOWN = MONTHS_BEFORE + 1 + MONTHS_AFTER
