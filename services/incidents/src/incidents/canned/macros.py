"""Macros: a canned text, a step of the exchange and a state, shown in sentences first, then done in one transaction.

Each part is done by what does it elsewhere: a message by ``messages.say``, a step by the exchanges, a state by
``changes.go_on``. What one of them refuses undoes the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from api.incidents import MessageCreate, StatusChange
from api.incidents import canned as schemas
from api.incidents import exchange_steps as steps
from api.incidents.incidents import PENDING_REASONS
from chassis import audit
from chassis.sql import AnyRow
from events.exchange_words import ExchangeType
from events.incidents import Actor, Status
from incidents import states
from incidents.auth import actor
from incidents.canned import errors, labels, names, repository, service
from incidents.drafts import repository as drafts
from incidents.drafts.service import of_message
from incidents.errors import IllegalTransition, IncidentOver, Merged
from incidents.exchanges import machine, standing
from incidents.exchanges import queries as exchange_queries
from incidents.exchanges import repository as exchange_repository
from incidents.exchanges import service as exchanges
from incidents.exchanges.errors import ExchangeNotFound
from incidents.exchanges.labels import TYPE
from incidents.labels import STATUS
from incidents.models import Incident
from incidents.pending import service as pending
from incidents.service import changes, guard, messages
from incidents.service.loading import for_change, to_read
from web import clock
from web.auth.principal import Principal
from web.errors import PreconditionFailed, Problem
from web.http.preconditions import Precondition
from web.i18n import Language

STEP: TypeAdapter[steps.Step] = TypeAdapter(steps.Step)


@dataclass(frozen=True)
class Target:
    """The line on which the step is taken; without ``line`` the exchange of ``serial`` is asked for and approved."""

    serial: str = ""
    line: int = 0
    version: int = 0
    type: ExchangeType = "advance_exchange"
    refusal: Problem | None = None


@dataclass(frozen=True)
class Plan:
    """What a macro would do on an incident as both are now. ``way``: the states that the incident is moved through,
    from ``current``, which the step may have made; ``writing``: the caller has a message under way."""

    answer: AnyRow
    incident: AnyRow
    text: schemas.FilledText
    note: schemas.FilledText
    target: Target | None
    current: Status
    way: Sequence[Status]
    writing: bool
    read: str

    @property
    def tag(self) -> str:
        """How far the thread was read, as the guard has it; and what else is shown."""
        return f"{self.read}_{self.shown}"

    @property
    def shown(self) -> str:
        said = (self.answer.version, self.incident.version, self.text, self.note, self.current, self.way)
        target = self.target and (self.target.line, self.target.version, self.target.serial, self.target.type)
        return hashlib.blake2b(repr((said, target)).encode(), digest_size=8).hexdigest()

    def preview(self, language: Language) -> schemas.MacroPreview:
        sentences = {"message": self._message, "exchange": self._exchange, "status": self._status}
        said: list[tuple[schemas.Part, str]] = [(part, sentences[part](language)) for part in labels.PART]
        refused = self.refusals
        return schemas.MacroPreview(
            id=self.answer.id,
            title=self.answer.title,
            text=self.text,
            note=self.note,
            parts=[
                schemas.MacroPart(
                    part=part, sentence=sentence, refusal=refused[part].sentence(language) if part in refused else ""
                )
                for part, sentence in said
                if sentence
            ],
        )

    @property
    def refusals(self) -> dict[schemas.Part, Problem]:
        """What is known to be refused before it is tried."""
        found: list[tuple[schemas.Part, Problem | None]] = [
            ("message", self._message_refusal()),
            ("exchange", self._target_refusal()),
            ("status", self._way_refusal()),
        ]
        return {part: problem for part, problem in found if problem}

    def _message_refusal(self) -> Problem | None:
        if self.writing:
            return errors.MessageUnderWay()
        if self.incident.merged_into is not None:
            return Merged(number=self.incident.number, target=self.incident.merged_into)
        if self.incident.status in states.FINAL:
            return IncidentOver(number=self.incident.number)
        return _unfilled(self.text)

    def _target_refusal(self) -> Problem | None:
        return (self.target.refusal or _unfilled(self.note)) if self.target else None

    def _way_refusal(self) -> Problem | None:
        current = self.current
        for wanted in self.way:
            if wanted not in states.TRANSITIONS[current]:
                return IllegalTransition(current=current, wanted=wanted)
            current = wanted
        return _unfilled(self.note) if self.way else None

    def _message(self, language: Language) -> str:
        return labels.MESSAGE[language].format(reseller=self.incident.reseller_name)

    def _exchange(self, language: Language) -> str:
        if self.target is None:
            return ""
        if not self.target.serial:
            return f"{labels.STEP[self.answer.step][language]}."
        said = labels.TAKES[self.answer.step][language]
        said = said.format(serial=self.target.serial, type=TYPE[self.target.type][language])
        goes_on = self.current != self.incident.status
        return f"{said}{labels.GOES_ON[language].format(to=STATUS[self.current][language]) if goes_on else ''}."

    def _status(self, language: Language) -> str:
        if not self.answer.to_status:
            return ""
        reason = f" ({PENDING_REASONS[self.answer.to_reason][language]})" if self.answer.to_reason else ""
        through = self.way or (self.answer.to_status,)
        to = (
            labels.THEN[language].join(labels.QUOTED[language].format(STATUS[status][language]) for status in through)
            + reason
        )
        sentence = labels.MOVES if self.way else labels.STAYS
        return sentence[language].format(current=STATUS[self.current][language], to=to)


async def plan(
    reader: AsyncConnection, incident: AnyRow, answer_id: UUID, language: Language, principal: Principal
) -> Plan:
    """Raises CannedAnswerNotFound, NotAMacro."""
    # Before anything else: what comes in between counts as not read.
    read = await guard.tag(reader, incident.number, "sqp")
    answer = await repository.row(reader, answer_id)
    if answer is None:
        raise errors.CannedAnswerNotFound
    if not (answer.step or answer.to_status):
        raise errors.NotAMacro(named=answer.title)
    known = await service.values(reader, incident, principal)
    target = _target(answer, incident, await exchange_queries.lines(reader, incident.number))
    goes_on = target is not None and answer.step == "approve" and incident.status in states.BEFORE_EXCHANGE
    current: Status = "exchange" if goes_on else incident.status
    is_there = current == answer.to_status and (incident.pending_reason or "") == answer.to_reason
    bodies = {"fr": (answer.body_fr, answer.note_fr), "en": (answer.body_en, answer.note_en or answer.note_fr)}
    chosen = language if bodies[language][0] else "fr"
    body, note = bodies[chosen]
    return Plan(
        answer=answer,
        incident=incident,
        text=names.fill(body, known[chosen], chosen),
        note=names.fill(note, known[chosen], chosen),
        target=target,
        current=current,
        way=() if is_there or not answer.to_status else states.way(current, answer.to_status),
        writing=await drafts.find(reader, principal.user_id, of_message(incident.number, "sqp")) is not None,
        read=read,
    )


async def apply(
    session: AsyncSession,
    number: str,
    answer_id: UUID,
    language: Language,
    principal: Principal,
    precondition: Precondition,
) -> Incident:
    """All that was shown, under the incident's lock. Raises ThreadMoved, PreconditionFailed, MacroRefused."""
    by = actor(principal)
    incident = await for_change(session, number, by)
    reader = await session.connection()
    now = await plan(reader, await to_read(reader, number, principal), answer_id, language, principal)
    if not precondition.is_met_by_any:
        seen = [tag.partition("_") for tag in precondition.tags]
        await guard.check(session, incident, "sqp", by, Precondition(", ".join(f'"{read}"' for read, _, _ in seen)))
        if now.shown not in [shown for _, _, shown in seen]:
            raise PreconditionFailed
    for part, problem in now.refusals.items():
        raise errors.MacroRefused.of(now.answer.title, part, problem)
    await _do(session, incident, now, by)
    await repository.count_use(session, answer_id)
    audit.name(session, f"{number} · {now.answer.title}")
    return incident


async def _do(session: AsyncSession, incident: Incident, now: Plan, by: Actor) -> None:
    """The message first: the last state may end the thread."""
    await pending.leave(session, incident, by)
    await _part(now, "message", _say(session, incident, now, by))
    if now.target is not None:
        await _part(now, "exchange", _take(session, incident, now, now.target, by))
    if now.way:
        reason = now.answer.to_reason or None
        wanted = StatusChange(status=now.answer.to_status, reason=reason, note=now.note.body)
        await _part(now, "status", changes.go_on(session, incident, wanted, by, clock.now()))


async def _say(session: AsyncSession, incident: Incident, now: Plan, by: Actor) -> None:
    message = MessageCreate(body=now.text.body)
    await messages.check(session, incident, "sqp", message, by)
    await messages.say(session, incident, "sqp", message, by)


async def _take(session: AsyncSession, incident: Incident, now: Plan, target: Target, by: Actor) -> None:
    note = now.note.body
    if not target.line:
        asked = steps.ExchangeCreate(serial_number=target.serial, type=target.type, note=note, approve=True)
        await exchanges.request(session, incident.number, asked, by)
        return
    line = await exchange_repository.line(session, incident.number, target.line)
    if line is None:
        raise ExchangeNotFound
    more = {"type": target.type} if now.answer.step == "approve" else {}
    step = STEP.validate_python({"step": now.answer.step, "note": note, **more})
    await exchanges.perform(session, incident, line, step, by, Precondition(f'"{target.version}"'))


async def _part(now: Plan, part: schemas.Part, work: Awaitable[Any]) -> None:
    try:
        await work
    except Problem as problem:
        raise errors.MacroRefused.of(now.answer.title, part, problem) from problem


def _target(answer: AnyRow, incident: AnyRow, lines: Sequence[AnyRow]) -> Target | None:
    """The only exchange line on which the step is allowed; None if there is none or more than one. An approval may also
    request a new line, if exactly one declared product has none."""
    if not answer.step:
        return None
    kind = answer.exchange_type
    may = [line for line in lines if machine.refusal(answer.step, line) is None]
    if len(may) == 1:
        line = may[0]
        return Target(line.serial_number, line.line, line.version, kind or line.type)
    free = standing.requestable([each["serial_number"] for each in incident.articles], lines, lines, ())
    if not may and answer.step == "approve" and len(free) == 1 and incident.status in states.OPEN:
        return Target(free[0], type=kind or "advance_exchange")
    if len(may) > 1 or (answer.step == "approve" and len(free) > 1):
        return Target(refusal=errors.SeveralExchanges())
    return Target(refusal=machine.refusal(answer.step, lines[-1]) if lines else errors.NoExchange())


def _unfilled(text: schemas.FilledText) -> Problem | None:
    return errors.NothingKnown(names=names.shown(text.missing)) if text.missing else None
