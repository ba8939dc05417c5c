"""Which unit a product is by now, against a plain model: a list of the units that had the cover."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from contracts.hardware.following import follow, standing
from events.exchange_words import Cover, Dispatch
from web.clock import PARIS

START = date(2026, 1, 1)
LATER = START + timedelta(days=900)


@dataclass(frozen=True)
class Row:
    incident_number: str
    line: int
    serial_number: str
    replacement_serial_number: str | None
    replaced_on: date | None
    cover: Cover = "replaced"
    dispatch: Dispatch = "delivered"
    product_reference: str = "TS"
    replacement_reference: str | None = "TS"
    reserved_at: datetime | None = None
    client_id: UUID | None = None

    @property
    def serial_code(self) -> str:
        return self.serial_number

    @property
    def replacement_code(self) -> str | None:
        return self.replacement_serial_number


def row(index: int, faulty: str, by: str, day: int) -> Row:
    """Each of an incident of its own: the hundredth of a day has a counter of three digits."""
    return Row(f"260101{98 + index}", 1, faulty, by, START + timedelta(days=day))


# A step is an exchange for a new unit, for one that the holder had before (repaired meanwhile), or a reversal.
STEPS = st.lists(st.sampled_from(["new", "old", "reverse"]), max_size=8)


@given(STEPS, st.randoms(use_true_random=False), st.booleans())
def test_the_unit_of_now_is_the_last_of_the_model(steps: list[str], chance: Random, caught_up: bool) -> None:
    units = ["U0"]
    rows: list[Row] = []
    for index, step in enumerate(steps):
        faulty = units[-1]
        if step == "reverse" and len(units) > 1 and rows[-1].cover == "replaced":
            rows[-1] = replace(rows[-1], cover="returned")
            units.pop()
            continue
        free = [unit for unit in units if unit != faulty]
        by = free[0] if step == "old" and free else f"U{index + 1}"
        rows.append(row(index, faulty, by, index))
        units.append(by)
    registered = units[-1] if caught_up else "U0"
    told = list(rows)
    chance.shuffle(told)
    product = follow(registered, told)
    assert product.serial_number == units[-1]
    assert [each.serial_number for each in product.history] == units[:-1]
    for unit in {*units, *(each.replacement_serial_number for each in rows)}:
        stands = standing(str(unit), LATER, LATER, [product], told)
        is_covered = stands is not None and stands.place == "covered"
        assert is_covered == (unit == units[-1])


def test_a_chain_holds_where_a_carrier_tells_an_earlier_day_than_its_predecessors() -> None:
    rows = [row(0, "A", "B", 9), replace(row(1, "B", "C", 8), line=2)]
    product = follow("A", rows)
    assert (product.serial_number, [step.serial_number for step in product.history]) == ("C", ["A", "B"])


def test_the_units_of_one_incident_follow_by_line() -> None:
    rows = [replace(row(0, serial, by, 3), line=line) for line, serial, by in ((10, "B", "C"), (2, "A", "B"))]
    assert follow("A", rows).serial_number == "C"


def test_a_unit_that_is_being_exchanged_is_the_last_of_its_chain() -> None:
    rows = [row(0, "A", "B", 3), replace(row(1, "B", "C", 9), cover="in_progress", dispatch="none", replaced_on=None)]
    product = follow("A", rows)
    stands = standing("B", LATER, LATER, [product], rows)
    assert stands is not None
    assert (stands.place, product.going) == ("exchanging", rows[1])
    assert standing("C", LATER, LATER, [product], rows) is None, "another unit may still be sent"


def test_a_unit_that_came_back_and_is_chosen_again_has_the_cover_however_old_its_incident_is() -> None:
    """U1 waits for its exchange while U2 is replaced by U3; then U2 comes back and replaces U1."""
    of_u1 = replace(row(0, "U1", "U2", 2), reserved_at=datetime(2026, 1, 5, tzinfo=PARIS))
    of_u2 = replace(row(1, "U2", "U3", 1), reserved_at=datetime(2026, 1, 3, tzinfo=PARIS))
    rows = [of_u1, of_u2]
    products = [follow(registered, rows) for registered in ("U1", "U2")]
    assert [product.serial_number for product in products] == ["U2", "U3"]
    assert [len(product.history) for product in products] == [1, 1]
    found = {unit: standing(unit, LATER, LATER, products, rows) for unit in ("U1", "U2", "U3")}
    assert {unit: each and each.place for unit, each in found.items()} == {
        "U1": "replaced", "U2": "covered", "U3": "covered",
    }  # fmt: skip


def test_a_unit_that_was_replaced_twice_was_so_last_by_the_later_replacement() -> None:
    """U came back after it was replaced, and was sent out again for another product."""
    rows = [row(0, "U", "V1", 1), row(1, "P", "U", 5), row(2, "U", "V2", 9)]
    products = [follow(registered, rows) for registered in ("U", "P")]
    assert standing("U", LATER, LATER, products, rows) == standing("U", LATER, LATER, products[::-1], rows)
    stands = standing("U", LATER, LATER, products, rows)
    assert (stands and stands.place, stands and stands.by) == ("replaced", rows[2])
