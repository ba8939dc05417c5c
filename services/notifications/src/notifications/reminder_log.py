"""The recipients of a contract's reminders, and the state of each e-mail."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from api import reminders as schemas
from chassis.sql import AnyRow
from notifications.models import Email, Organisation, ReminderTold, User
from web.auth.principal import Principal
from web.clock import PARIS
from web.i18n import Language, Text, text

MOST = 200
MAILS: dict[str, schemas.Mail] = {"queued": "waiting", "sent": "delivered", "failed": "failed"}
SENTENCES: dict[str, Text] = {
    "nobody": text(
        "Aucun e-mail : cette organisation n’avait aucun administrateur actif à prévenir, ou son accès au portail "
        "était fermé.",
        "No e-mail: this organisation had no active administrator to tell, or its access to the portal was closed.",
    ),
    "waiting": text("E-mail prévu le {at}.", "E-mail planned for {at}."),
    "delivered": text(
        "E-mail remis à la messagerie du destinataire le {at}.", "E-mail delivered to the recipient’s server on {at}."
    ),
    "failed": text("E-mail non remis : abandonné le {at}.", "E-mail not delivered: given up on {at}."),
    "skipped": text(
        "Pas d’e-mail : la personne n’avait plus accès le {at}.", "No e-mail: the person had no access left on {at}."
    ),
    "none": text(
        "Pas d’e-mail : la personne n’en veut pas pour les fins de garantie.",
        "No e-mail: the person wants none about ends of warranty.",
    ),
}


async def of(reader: AsyncConnection, number: str, principal: Principal, language: Language) -> schemas.ToldReminders:
    query = (
        select(
            ReminderTold.__table__,
            Organisation.name.label("organisation"),
            User.first_name,
            User.last_name,
            Email.state,
            func.coalesce(Email.ended_at, Email.next_attempt_at).label("mail_at"),
        )
        .outerjoin(Organisation, Organisation.id == ReminderTold.organisation_id)
        .outerjoin(User, User.id == ReminderTold.user_id)
        .outerjoin(Email, Email.id == ReminderTold.email_id)
        .where(ReminderTold.contract_number == number, _visible(principal))
        .order_by(ReminderTold.id.desc())
        .limit(MOST)
    )
    return schemas.ToldReminders(items=[_told(row, language) for row in (await reader.execute(query)).all()])


def _visible(principal: Principal) -> ColumnElement[bool]:
    """Of one's own people, and for a reseller of those of its clients; SQP sees all."""
    if principal.organisation_kind == "sqp":
        return true()
    own = ReminderTold.organisation_id == principal.organisation_id
    if principal.organisation_kind == "reseller":
        return or_(own, ReminderTold.reseller_id == principal.organisation_id)
    return own


def _told(row: AnyRow, language: Language) -> schemas.Told:
    said = "nobody" if row.user_id is None else row.state or "none"
    mail = MAILS.get(row.state or "", "none")
    at = (row.mail_at or row.created_at).astimezone(PARIS)
    sentence = SENTENCES[mail if said in MAILS else said]
    return schemas.Told(
        kind=row.kind,
        threshold=row.threshold,
        ends_on=row.ends_on,
        organisation=row.organisation or "",
        name=f"{row.first_name or ''} {row.last_name or ''}".strip(),
        in_app=row.in_app,
        mail=mail,
        at=at,
        sentence=sentence[language].format(at=f"{at:%d/%m/%Y %H:%M}"),
    )
