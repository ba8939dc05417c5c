"""The ways back of a line as they are answered: the faulty product's, and that of a replacement."""

from __future__ import annotations

from typing import Any

from api.incidents import exchanges as schemas
from chassis.sql import AnyRow
from incidents.exchanges import labels, machine, standing
from incidents.exchanges.terms import Terms
from web import clock
from web.i18n import Language


def is_overdue(line: AnyRow) -> bool:
    return standing.is_overdue(line, clock.today())


def return_label(line: AnyRow, language: Language) -> str:
    if standing.is_disk_kept(line):
        return labels.DISK_KEPT[language]
    is_late = is_overdue(line) and standing.is_return_awaited(line)
    return (labels.OVERDUE if is_late else labels.RETURN[line.return_state])[language]


def replacement_label(line: AnyRow, language: Language) -> str:
    is_late = is_overdue(line) and standing.is_replacement_awaited(line)
    return (labels.REPLACEMENT_OVERDUE if is_late else labels.REPLACEMENT_RETURN[line.replacement_return])[language]


def of_return(line: AnyRow, terms: Terms, language: Language) -> schemas.Return:
    is_awaited = standing.is_return_awaited(line)
    return schemas.Return(
        **_way_back(line, terms, language, is_awaited=is_awaited),
        state=line.return_state,
        label=return_label(line, language),
        due_on=line.return_due_on,
        extensions_left=max(machine.MOST_EXTENSIONS - line.return_extensions, 0),
        outcome=line.outcome,
        outcome_label=labels.OUTCOME[line.outcome][language] if line.outcome else None,
        received_serial_number=line.received_serial_number,
        missing=line.missing,
        invoice_reference=line.invoice_reference,
        certificate_file_id=line.certificate_file_id,
        is_disk_kept=standing.is_disk_kept(line),
    )


def of_replacement(line: AnyRow, terms: Terms, language: Language) -> schemas.ReplacementWayBack | None:
    if line.replacement_return == "none":
        return None
    outcome = line.replacement_outcome
    return schemas.ReplacementWayBack(
        **_way_back(line, terms, language, is_awaited=standing.is_replacement_awaited(line)),
        state=line.replacement_return,
        label=replacement_label(line, language),
        due_on=line.replacement_due_on,
        extensions_left=max(machine.MOST_EXTENSIONS - line.replacement_extensions, 0),
        outcome=outcome,
        outcome_label=labels.OUTCOME[outcome][language] if outcome else None,
    )


def _way_back(line: AnyRow, terms: Terms, language: Language, *, is_awaited: bool) -> dict[str, Any]:
    """What holds of either while it is awaited; days count until its holder has done what was asked."""
    counts = is_awaited and standing.may_be_late(line)
    return {
        "is_awaited": is_awaited,
        "is_overdue": is_awaited and is_overdue(line),
        "days_left": (line.due_on - clock.today()).days if counts and line.due_on else None,
        "consequence": labels.CONSEQUENCE[line.consequence][language] if counts else "",
        "address": terms.return_address if is_awaited else "",
    }
