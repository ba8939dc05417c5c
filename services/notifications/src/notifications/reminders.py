"""Reminders of contracts that end: each in the feed at once, all of a day in one e-mail, and on record per reader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.messaging.consumer import envelope_of
from chassis.sql import AnyRow
from events.contracts import ContractExpiring
from notifications import contract_notices, recipients, repository, service
from notifications.models import Email, ReminderTold
from notifications.notification_types import wants_email, wants_line
from notifications.recipients import Notice
from web import clock

KIND = "contract_expiring"
# When the e-mail of the following day leaves, in Paris.
MORNING = time(8)


async def tell(session: AsyncSession, event: ContractExpiring) -> None:
    notice = contract_notices.contract_expiring(event)
    source = service.Source(envelope_of(session).id, envelope_of(session).time)
    reseller = event.reseller.organisation_id
    untold = set(notice.audience.organisations)
    for reader in await repository.readers(session, notice.audience):
        await repository.take_turn(session, reader.id)
        untold.discard(reader.organisation_id)
        in_app = wants_line(notice.kind, reader.in_app)
        if in_app:
            await service.tell_in_app(session, source, notice, reader)
        wanted = wants_email(notice.kind, reader.by_email)
        email_id = await _into_todays(session, source, notice, reader) if wanted else None
        session.add(_line(event, notice, reseller, reader.organisation_id, reader.id, in_app, email_id))
    session.add_all(_line(event, notice, reseller, each, None, False, None) for each in sorted(untold, key=str))


async def _into_todays(session: AsyncSession, source: service.Source, notice: Notice, reader: AnyRow) -> UUID | None:
    """The e-mail that tells of it: one that waits, or a new one, on a day that has none yet."""
    query = select(Email).where(Email.user_id == reader.id, Email.kind == KIND)
    waiting = and_(Email.state == "queued", Email.attempts == 0)
    email = await session.scalar(
        query.where(waiting).order_by(Email.next_attempt_at).limit(1).with_for_update(key_share=True)
    )
    if email is not None:
        is_sellers = reader.organisation_kind == "reseller"
        email.facts = repository.one_more(email.facts) | {"is_sellers": is_sellers}
        email.path = "/renouvellements" if is_sellers else recipients.path_of_many(notice)
        return email.id
    left = case((Email.state == "sent", Email.ended_at), else_=Email.next_attempt_at)
    taken = or_(Email.state == "sent", Email.state == "queued")
    last = await session.scalar(select(func.max(left)).where(Email.user_id == reader.id, Email.kind == KIND, taken))
    return await service.write_to(session, source, notice, reader, _delay(last))


def _delay(last: datetime | None) -> timedelta:
    """Until the first moment of a day that has no such e-mail yet; ``last``: when the latest left, or is to leave."""
    if last is None or clock.day(last) < clock.today():
        return service.GATHERING
    return morning_after(clock.day(last)) - clock.now()


def morning_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), MORNING, clock.PARIS)


async def sent_today(session: AsyncSession, user_id: UUID) -> bool:
    """Whether the person has had the e-mail of today, as one whose attempts failed for a while may meet another."""
    start = datetime.combine(clock.today(), time(), clock.PARIS)
    sent = and_(Email.user_id == user_id, Email.kind == KIND, Email.state == "sent", Email.ended_at >= start)
    return await session.scalar(select(Email.id).where(sent).limit(1)) is not None


async def contracts_of(session: AsyncSession, email_id: UUID) -> Sequence[dict[str, Any]]:
    """The facts of every contract that the e-mail tells of; none where an older release queued it."""
    query = select(ReminderTold.facts).where(ReminderTold.email_id == email_id)
    return (await session.scalars(query.order_by(ReminderTold.ends_on, ReminderTold.id))).all()


def _line(
    event: ContractExpiring,
    notice: Notice,
    reseller: UUID,
    organisation: UUID,
    user: UUID | None,
    in_app: bool,
    email_id: UUID | None,
) -> ReminderTold:
    return ReminderTold(
        contract_number=event.number,
        ends_on=event.warranty_ends_on,
        kind=event.reminder,
        threshold=event.threshold,
        reseller_id=reseller,
        organisation_id=organisation,
        user_id=user,
        in_app=in_app,
        email_id=email_id,
        facts=notice.facts,
    )
