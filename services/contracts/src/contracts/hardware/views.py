"""From units and their exchanges to answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from api import contracts as schemas
from api.coverage import Coverage, CoverageReason, NotCovered
from chassis.sql import AnyRow
from contracts.cover import state_of
from contracts.hardware import labels, queries
from contracts.hardware.following import Exchanged, Place, Product, Standing, follow, is_known, standing
from contracts.labels import NO_CONTRACT, cover
from web import clock
from web.auth.principal import Principal
from web.i18n import Language, Text
from web.text import codes

SENTENCES: Mapping[Place, Text] = {
    "replaced": labels.REPLACED,
    "awaited": labels.AWAITED,
    "later": labels.LATER,
    "returned": labels.RETURNED,
    "credited": labels.CREDITED,
}
OUT_OF_FORCE: Mapping[schemas.State, NotCovered] = {"expired": "expired", "upcoming": "not_started"}
REASONS: Mapping[Place, NotCovered] = {
    "replaced": "replaced",
    "awaited": "not_delivered",
    "later": "not_started",
    "returned": "returned",
    "credited": "credited",
}


async def coverage(
    reader: AsyncConnection, serial: str, on: date, principal: Principal, language: Language
) -> Coverage:
    """By the visible contract that says most about the unit: covering it, else the best of those in force."""
    code = codes.serial(serial)
    found = await queries.holding(reader, code, on, principal)
    numbers = [row.number for row in found]
    serials = await queries.registered(reader, numbers) if numbers else {}
    moves = await queries.of_contracts(reader, numbers) if numbers else {}
    answers = []
    for row in found:
        of_contract = moves.get(row.number, ())
        products = [follow(each, of_contract) for each in serials[row.number]]
        stands = standing(code, on, clock.today(), products, of_contract)
        if stands is not None:
            answers.append(
                _coverage(serial, on, row, stands, _history_of(code, products, principal), principal, language)
            )
    unknown = Coverage(
        serial_number=serial,
        on=on,
        covered=False,
        reason="unknown_serial",
        sentence=NO_CONTRACT[language].format(serial=serial),
    )
    covering = next((answer for answer in answers if answer.covered), None)
    return covering or next(iter(answers), unknown)


def _coverage(
    serial: str,
    on: date,
    row: AnyRow,
    stands: Standing,
    history: list[schemas.Replaced],
    principal: Principal,
    language: Language,
) -> Coverage:
    """The contract's own end and start come first: an exchange moves neither."""
    state = state_of(row.starts_on, row.warranty_ends_on, on)
    is_in_force = state in ("active", "expiring")
    sentence = cover(state, row.starts_on, row.warranty_ends_on, on, language)
    reason: CoverageReason | None = OUT_OF_FORCE.get(state)
    by = stands.by
    if by is not None and stands.place == "exchanging":
        reason = reason or "exchange_in_progress"
        wording = labels.SENT if is_known(by) else labels.IN_PROGRESS
        sentence = (wording if is_in_force else labels.GOES_ON)[language].format(
            cover=sentence, replacement=by.replacement_serial_number
        )
    elif by is not None and is_in_force:
        reason = REASONS[stands.place]
        day = f"{by.replaced_on:%d/%m/%Y}" if by.replaced_on else ""
        sentence = SENTENCES[stands.place][language].format(
            serial=by.serial_number, replacement=by.replacement_serial_number, day=day
        )
    return Coverage(
        serial_number=serial,
        on=on,
        covered=is_in_force and stands.place in ("covered", "exchanging"),
        contract_number=row.number,
        warranty_ends_on=row.warranty_ends_on,
        reason=reason,
        replaced_by=by.replacement_serial_number if by is not None and stands.place == "replaced" else None,
        incident_number=_told(by, principal) if by is not None else None,
        history=history,
        sentence=sentence,
    )


def _history_of(code: str, products: Sequence[Product], principal: Principal) -> list[schemas.Replaced]:
    """Of the product that the unit is or was."""
    for product in products:
        if any(code in (step.serial_code, step.replacement_code) for step in product.history):
            return [replaced(step, principal) for step in product.history]
    return []


def replaced(step: Exchanged, principal: Principal) -> schemas.Replaced:
    assert step.replacement_serial_number is not None
    assert step.replaced_on is not None
    return schemas.Replaced(
        serial_number=step.serial_number,
        product_reference=step.product_reference,
        replaced_by=step.replacement_serial_number,
        replacement_reference=step.replacement_reference or step.product_reference,
        replaced_on=step.replaced_on,
        incident_number=_told(step, principal),
    )


def hardware(product: Product, principal: Principal) -> schemas.Hardware:
    going, credited = product.going, product.credited
    sent = going.replacement_serial_number if going is not None and is_known(going) else None
    return schemas.Hardware(
        registered_serial_number=product.registered,
        history=[replaced(step, principal) for step in product.history],
        exchange=schemas.Exchanging(incident_number=_told(going, principal), replacement_serial_number=sent)
        if going is not None
        else None,
        credited=schemas.Credited(incident_number=_told(credited, principal), credited_on=credited.replaced_on)
        if credited is not None and credited.replaced_on is not None
        else None,
    )


def _told(step: Exchanged, principal: Principal) -> str | None:
    """The incident's number, except to a client that got the contract since: the incident stayed the former one's. One
    without client went along with its contract. Of a client, administrators alone are told: it is not known here with
    whom else the incident is shared."""
    if principal.organisation_kind != "client":
        return step.incident_number
    is_theirs = step.client_id in (None, principal.organisation_id) and principal.is_administrator
    return step.incident_number if is_theirs else None
