"""Canned answers are made, changed, removed and counted; and what each of their names stands for on an incident."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from api.incidents import canned as schemas
from api.incidents.canned import Name
from api.incidents.incidents import PENDING_REASONS
from chassis import audit
from chassis.locks import one_at_a_time
from chassis.sql import AnyRow
from events.incidents import Actor, Thread
from incidents.canned import names, repository
from incidents.canned.errors import CannedAnswerNotFound, TitleTaken, UnfilledName, UnknownName
from incidents.canned.labels import STEP
from incidents.canned.models import CannedAnswer
from incidents.exchanges.labels import TYPE
from incidents.labels import STATUS
from incidents.promises import repository as promises
from incidents.promises.models import state_of
from web import clock
from web.auth.principal import Principal
from web.http.preconditions import Precondition
from web.i18n import Language
from web.text.days import spelled
from web.text.folding import fold


async def create(session: AsyncSession, wanted: schemas.CannedAnswerCreate, by: Actor) -> CannedAnswer:
    """Raises TitleTaken, UnknownName."""
    answer = CannedAnswer(id=uuid4(), version=0)
    await _change(session, answer, wanted.model_dump(), by)
    session.add(answer)
    return answer


async def change(
    session: AsyncSession, identifier: UUID, wanted: schemas.CannedAnswerPatch, by: Actor, precondition: Precondition
) -> CannedAnswer:
    """What stays as it is makes no version. Raises CannedAnswerNotFound, TitleTaken, UnknownName."""
    answer = await _for_change(session, identifier, precondition)
    values = wanted.model_dump(exclude_none=True)
    if all(getattr(answer, field) == value for field, value in values.items()):
        audit.skip(session)
        return answer
    await _change(session, answer, values, by)
    return answer


async def remove(session: AsyncSession, identifier: UUID, precondition: Precondition) -> None:
    answer = await _for_change(session, identifier, precondition)
    audit.name(session, answer.title)
    await session.delete(answer)


async def count_use(session: AsyncSession, identifier: UUID) -> None:
    """What is written with it is on record as a message."""
    audit.skip(session)
    if not await repository.count_use(session, identifier):
        raise CannedAnswerNotFound


def require_filled(thread: Thread, body: str, by: Actor) -> None:
    """Raises UnfilledName if a message of SQP to the reseller still holds a name in braces. Other messages are not
    checked: canned texts are used there alone."""
    if thread != "sqp" or by.organisation_kind != "sqp":
        return
    left = names.held(body)
    if left:
        raise UnfilledName(names=names.shown(left), field="body")


async def values(
    reader: AsyncConnection, incident: AnyRow, principal: Principal
) -> Mapping[Language, Mapping[Name, str]]:
    """What the names stand for on this incident, as ``principal`` writes about it; empty: nothing is known."""
    articles = incident.articles
    same: dict[Name, str] = {
        "revendeur.nom": incident.reseller_name,
        "client.nom": incident.client_name_now or incident.client_name or "",
        "incident.numero": incident.number,
        "contrat.numero": incident.contract_number,
        "produit.reference": ", ".join(dict.fromkeys(each["product_reference"] for each in articles)),
        "produit.serie": ", ".join(each["serial_number"] for each in articles),
        "agent.prenom": await repository.first_name(reader, principal.user_id),
        "agent.nom": principal.name,
    }
    promise = (await promises.rows(reader, [incident.number])).get(incident.number)
    runs = promise is not None and _state(promise) == "running"
    # A promise that was missed, kept or suspended has no day to write.
    days: Mapping[Language, str] = (
        {"fr": spelled(promise.dispatch_on, "fr"), "en": spelled(promise.dispatch_on, "en")}
        if promise is not None and runs
        else {"fr": "", "en": ""}
    )
    return {language: {**same, "promesse.jour": day} for language, day in days.items()}


def offered(row: AnyRow, known: Mapping[Language, Mapping[Name, str]], language: Language) -> schemas.OfferedAnswer:
    bodies: Mapping[Language, str] = {"fr": row.body_fr, "en": row.body_en}
    texts = [names.fill(body, known[each], each) for each, body in bodies.items() if body]
    return schemas.OfferedAnswer(id=row.id, title=row.title, texts=texts, does=does(row, language))


def answer_of(row: AnyRow | CannedAnswer, language: Language) -> schemas.CannedAnswer:
    return schemas.CannedAnswer.model_validate(row).model_copy(update={"does": does(row, language)})


def does(row: AnyRow | CannedAnswer, language: Language) -> list[str]:
    """What a macro does beside writing, in words; nothing of an answer that is no macro."""
    step, status = row.step and STEP[row.step][language], row.to_status and STATUS[row.to_status][language]
    kind, reason = row.exchange_type and TYPE[row.exchange_type][language], row.to_reason
    waits = reason and PENDING_REASONS[reason][language]
    acts = ((step, kind), (status, waits))
    return [f"{act} ({more})" if more else act for act, more in acts if act]


def _state(promise: AnyRow) -> str:
    return state_of(promise.dispatch_on, promise.paused_at, promise.fulfilled_at, promise.missed_at)


async def _for_change(session: AsyncSession, identifier: UUID, precondition: Precondition) -> CannedAnswer:
    answer = await repository.for_change(session, identifier)
    if answer is None:
        raise CannedAnswerNotFound
    precondition.check(answer.version)
    return answer


async def _change(session: AsyncSession, answer: CannedAnswer, values: Mapping[str, Any], by: Actor) -> None:
    for field in ("body_fr", "body_en", "note_fr", "note_en"):
        unknown = names.unknown(values.get(field, ""))
        if unknown:
            raise UnknownName(name=unknown, field=field)
    if "title" in values:
        await one_at_a_time(session, "canned_answers")
        key = fold(values["title"])
        if await repository.titled(session, key) not in (None, answer.id):
            raise TitleTaken(named=values["title"], field="title")
        answer.title_key = key
    for field, value in values.items():
        setattr(answer, field, value)
    answer.require_whole()
    assert by.user_id is not None, "the routes let people in only"
    answer.version += 1
    answer.changed_at, answer.changed_by, answer.changed_by_name = clock.now(), by.user_id, by.name
    audit.name(session, answer.title)
