"""From the serial number of a registered product to the unit that has its cover now, or had it on a day.

What is registered stays as the back office wrote it. The units since are derived from the replacements that incidents
told, so that registering a contract again undoes none. See docs/decisions/0028.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, Protocol, TypeVar
from uuid import UUID

from events.exchange_words import Cover, Dispatch
from web.clock import PARIS
from web.text import codes


class Exchanged(Protocol):
    """A row of ``replacements``; the codes are those of the two serial numbers."""

    @property
    def incident_number(self) -> str: ...
    @property
    def client_id(self) -> UUID | None: ...
    @property
    def line(self) -> int: ...
    @property
    def serial_number(self) -> str: ...
    @property
    def serial_code(self) -> str: ...
    @property
    def product_reference(self) -> str: ...
    @property
    def replacement_serial_number(self) -> str | None: ...
    @property
    def replacement_code(self) -> str | None: ...
    @property
    def replacement_reference(self) -> str | None: ...
    @property
    def reserved_at(self) -> datetime | None: ...
    @property
    def cover(self) -> Cover: ...
    @property
    def replaced_on(self) -> date | None: ...
    @property
    def dispatch(self) -> Dispatch: ...


Followed = TypeVar("Followed", bound=Exchanged)

# ``covered`` and ``exchanging`` units have the cover; the others have it no more, not yet, or never got it.
Place = Literal["covered", "exchanging", "replaced", "awaited", "later", "returned", "credited"]


@dataclass(frozen=True)
class Product:
    """``history``: the replacements that took the cover over, oldest first. ``going``: the exchange under way of the
    unit that has it now; ``credited``: the line by which that unit was paid back, and has it no more. ``reference``:
    that unit's, where it is known to be another than the registered one."""

    registered: str
    history: tuple[Exchanged, ...]
    serial_number: str
    reference: str | None
    going: Exchanged | None
    credited: Exchanged | None = None

    @property
    def units(self) -> set[str]:
        """The codes of the units that it has been so far."""
        own = {codes.serial(self.registered), codes.serial(self.serial_number)}
        return own.union(*map(units_of, self.history))

    def code_on(self, day: date) -> str:
        """The code of the unit that had the cover on that day."""
        code = self.history[0].serial_code if self.history else codes.serial(self.serial_number)
        for step in self.history:
            if _day(step) <= day:
                code = step.replacement_code or code
        return code


@dataclass(frozen=True)
class Standing:
    """Where a unit stands, and the replacement that says so."""

    place: Place
    by: Exchanged | None = None


def follow(serial: str, replacements: Iterable[Exchanged]) -> Product:
    """The product that is registered as ``serial``: any of its units, where the back office has caught up with one."""
    known = sorted(replacements, key=_order)
    done = [each for each in known if each.cover == "replaced" and each.replacement_code]
    code = codes.serial(serial)
    history: list[Exchanged] = []
    for step in done:
        if step.serial_code == code:
            history.append(step)
            code = step.replacement_code or code
    first = history[0].serial_code if history else code
    for step in [each for each in reversed(done) if not history or _order(each) < _order(history[0])]:
        if step.replacement_code == first:
            history.insert(0, step)
            first = step.serial_code
    if not history:
        undone = next((each for each in reversed(known) if each.cover == "returned" and _came(each, code)), None)
        if undone is not None:
            rest = follow(undone.serial_number, [each for each in known if each is not undone])
            return replace(rest, registered=serial, reference=rest.reference or undone.product_reference)
    last = history[-1] if history else None
    of_unit = [each for each in known if each.serial_code == code]
    paid_back = [each for each in of_unit if each.cover == "credited" and (last is None or _day(each) >= _day(last))]
    return Product(
        serial,
        tuple(history),
        (last.replacement_serial_number if last and codes.serial(serial) != code else None) or serial,
        last.replacement_reference if last else None,
        next((each for each in of_unit if each.cover == "in_progress"), None),
        paid_back[-1] if paid_back else None,
    )


def shared(registered: Iterable[str], replacements: Iterable[Followed]) -> list[Followed]:
    """Which of these, of another contract, are of the units that are registered here, and of those that they became.
    What was taken back before is over: a unit may have been sold anew since."""
    units = {codes.serial(serial) for serial in registered}
    left = [each for each in replacements if each.cover in ("in_progress", "replaced", "credited")]
    found = []
    while step := next((each for each in left if units & units_of(each)), None):
        left.remove(step)
        found.append(step)
        units |= units_of(step)
    return found


def dropped(products: Sequence[Product], registered: Sequence[str]) -> Product | None:
    """A product that was exchanged, or is being, and that another registration has none of the units of, while it has
    one that is of no product: whether that one stands for it, and for which of its units, cannot be told. The first
    of ``products`` and of ``registered`` is the contract's own."""
    wanted = [codes.serial(serial) for serial in registered]
    known = {code for product in products for code in product.units}
    for position, product in enumerate(products):
        instead = set(wanted) if position else {wanted[0]}
        if (product.history or product.going) and not product.units & instead and not instead <= known:
            return product
    return None


def standing(
    code: str, day: date, today: date, products: Sequence[Product], replacements: Iterable[Exchanged]
) -> Standing | None:
    """Where the unit with this code stands under the contract of these products and replacements; None if it is none
    of its units. An exchange is told of from today on: since when it has been going is not known."""
    for product in products:
        if product.code_on(day) == code:
            if product.credited is not None and product.credited.serial_code == code and _day(product.credited) <= day:
                return Standing("credited", product.credited)
            is_going = product.going is not None and day >= today and product.going.serial_code == code
            return Standing("exchanging", product.going) if is_going else Standing("covered")
    left = [step for product in products for step in product.history if step.serial_code == code and _day(step) <= day]
    if left:
        return Standing("replaced", max(left, key=_order))
    for product in products:
        to_come = next((step for step in product.history if step.replacement_code == code), None)
        if to_come is not None:
            return Standing("later", to_come)
        if product.going is not None and is_known(product.going) and _came(product.going, code):
            return Standing("awaited", product.going)
    returned = [each for each in replacements if each.cover == "returned" and _came(each, code)]
    return Standing("returned", max(returned, key=_order)) if returned else None


def is_known(step: Exchanged) -> bool:
    """Whether its replacement is named: it has left. Until then another unit may be sent instead."""
    return step.cover in ("replaced", "returned") or step.dispatch in ("shipped", "delivered")


def _came(step: Exchanged, code: str) -> bool:
    return step.replacement_code == code


def units_of(step: Exchanged) -> set[str]:
    """The codes of the faulty unit and of its replacement."""
    return {code for code in (step.serial_code, step.replacement_code) if code}


def _day(step: Exchanged) -> date:
    return step.replaced_on or date.max


def _order(step: Exchanged) -> tuple[datetime, int, str, int]:
    """A unit is exchanged after it was chosen as a replacement, and chosen again after it came back, whatever days
    carriers tell. Where that moment is not known, by the incident's number, which is its day and a counter, and by the
    line."""
    number = step.incident_number
    day = datetime.strptime(number[:6], "%y%m%d").replace(tzinfo=PARIS)
    return step.reserved_at or day, len(number), number, step.line
