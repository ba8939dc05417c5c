"""Contracts, their articles and extensions, and the offers to extend them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Text,
    func,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from chassis.changes import ChangeColumns
from chassis.tables import NAMING, TYPES
from contracts import needs
from contracts.cover import add_months
from contracts.errors import CoverEndsTooLate
from contracts.hardware import following
from events.times import LATEST
from web.text import codes
from web.text.codes import NUMBER_SQL, SERIAL_SQL
from web.text.folding import fold, searchable

if TYPE_CHECKING:
    from contracts.hardware.models import Replacement


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPES


class Organisation(Base):
    """Projection of identity's organisations. ``version`` 0: known from a contract only, until identity's event."""

    __tablename__ = "organisations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    email: Mapped[str] = mapped_column(server_default=text("''"))
    phone: Mapped[str] = mapped_column(server_default=text("''"))
    reseller_id: Mapped[UUID | None]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    name_key: Mapped[str] = mapped_column(Computed("fold(name)", persisted=True))
    # What SQP finds a reseller's contracts by.
    search_text: Mapped[str] = mapped_column(server_default=text("''"))

    __table_args__ = (Index("ix_organisations_code", "kind", text("upper(code)")),)


_ORDERS = (
    ("end", "warranty_ends_on"),
    ("product", "product_key"),
    ("serial", "serial_key"),
    ("client_name", "client_key"),
    ("extensions", "extension_count"),
)


class Contract(Base):
    """Cover of a product and its articles, from ``starts_on`` to ``warranty_ends_on``, both included."""

    __tablename__ = "contracts"

    number: Mapped[str] = mapped_column(primary_key=True)
    # Numbers sort as numbers: 9999 before 29962.
    number_key: Mapped[str] = mapped_column(Computed("lpad(number, 20, '0')", persisted=True), unique=True)
    # The number and the serial number as they are compared: case, padding and separators apart.
    number_code: Mapped[str] = mapped_column(Computed(NUMBER_SQL.format(column="number"), persisted=True), index=True)
    serial_code: Mapped[str] = mapped_column(
        Computed(SERIAL_SQL.format(column="serial_number"), persisted=True), index=True
    )
    product_key: Mapped[str] = mapped_column(Computed("fold(product_reference)", persisted=True))
    serial_key: Mapped[str] = mapped_column(Computed("fold(coalesce(current_serial, serial_number))", persisted=True))
    version: Mapped[int] = mapped_column(Integer, default=1)
    product_reference: Mapped[str]
    # As registered; ``current_serial`` is the unit that has taken its place, where one has.
    serial_number: Mapped[str]
    current_serial: Mapped[str | None]
    reseller_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    # Copies of the client's name, so that a list sorts and searches in one table.
    client_name: Mapped[str | None]
    client_key: Mapped[str | None]
    starts_on: Mapped[date]
    # As registered; extensions are added to it, so that a repeated registration undoes none.
    base_ends_on: Mapped[date]
    warranty_ends_on: Mapped[date]
    extension_count: Mapped[int] = mapped_column(Integer, default=0)
    # Which contract covers a unit, by its code, after this one; see :mod:`contracts.successions`.
    followers: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    # What is left to renew, see :mod:`contracts.needs`: columns, so that lists and reminders need no join.
    credited_on: Mapped[date | None]
    followed_by: Mapped[str | None]
    settled_references: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default=text("'{}'"))
    service_level: Mapped[str] = mapped_column(default="")
    # As the back office named them, told with every event; ``is_given`` where a person gave it to its client.
    parties: Mapped[dict[str, Any]]
    search_text: Mapped[str]
    registered_at: Mapped[datetime] = mapped_column(server_default=func.now())

    articles: Mapped[list[Article]] = relationship(
        lazy="raise", order_by="Article.position", cascade="all, delete-orphan"
    )
    extensions: Mapped[list[Extension]] = relationship(
        lazy="raise", order_by="Extension.ordered_at", cascade="all, delete-orphan"
    )
    # No foreign key: an exchange may be told before its contract is known here.
    replacements: Mapped[list[Replacement]] = relationship(
        "Replacement",
        lazy="raise",
        viewonly=True,
        primaryjoin="Contract.number == foreign(Replacement.contract_number)",
    )

    __table_args__ = (
        CheckConstraint("warranty_ends_on >= starts_on", name="cover_in_order"),
        Index(
            "ix_contracts_search",
            "reseller_id",
            "search_text",
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
        ),
        # Each order of the list, of a reseller's contracts and of all.
        *(Index(f"ix_contracts_by_{name}", "reseller_id", column, "number_key") for name, column in _ORDERS),
        *(Index(f"ix_contracts_all_by_{name}", column, "number_key") for name, column in _ORDERS if name != "end"),
        Index("ix_contracts_by_number", "reseller_id", "number_key"),
        Index("ix_contracts_by_client", "client_id", "number_key"),
        Index("ix_contracts_ends", "warranty_ends_on", "number_key", postgresql_include=["starts_on", "credited_on"]),
    )

    @property
    def is_given(self) -> bool:
        return bool(self.parties.get("is_given"))

    @property
    def registered(self) -> list[str]:
        """The serial numbers that the back office wrote: its own product's, then its articles' in their order."""
        return [self.serial_number, *(article.serial_number for article in self.articles)]

    @property
    def products(self) -> list[following.Product]:
        """What it covers, in the same order."""
        return [following.follow(serial, self.replacements) for serial in self.registered]

    @property
    def references(self) -> list[str]:
        """Of what is registered, in the same order."""
        return [self.product_reference, *(article.product_reference for article in self.articles)]

    @property
    def units(self) -> set[str]:
        """The codes of all units that it has, had, or may have once an exchange is taken back."""
        return {codes.serial(serial) for serial in self.registered}.union(*map(following.units_of, self.replacements))

    @property
    def former_serials(self) -> list[str]:
        """The units that had the cover before they were exchanged, and do not have it now."""
        products = self.products
        now = {codes.serial(product.serial_number) for product in products}
        left = {step.serial_code: step.serial_number for product in products for step in product.history}
        return [serial for code, serial in left.items() if code not in now]

    def give(self, client: Organisation) -> None:
        named = {"code": client.code, "name": client.name, "email": client.email, "phone": client.phone}
        self.parties = {**self.parties, "client": {**named, "address": None}, "is_given": True}
        self.client_id = client.id
        self.client_name = client.name
        self.version += 1
        self.refresh_search_columns()

    def take_from_client(self) -> None:
        self.parties = {"reseller": self.parties["reseller"], "client": None}
        self.client_id = self.client_name = None
        self.version += 1
        self.refresh_search_columns()

    def cover_until(self, base: date) -> date:
        """The end of the warranty as sold until ``base``, with its extensions. Raises CoverEndsTooLate."""
        ends_on = add_months(base, sum(extension.months for extension in self.extensions))
        if ends_on > LATEST:
            raise CoverEndsTooLate(number=self.number, year=LATEST.year)
        return ends_on

    def refresh_search_columns(self) -> None:
        """Recomputes what follows from base end, parts and client. Raises CoverEndsTooLate."""
        self.warranty_ends_on = self.cover_until(self.base_ends_on)
        self.extension_count = len(self.extensions)
        unit = following.follow(self.serial_number, self.replacements).serial_number
        self.current_serial = unit if unit != self.serial_number else None
        left = needs.of(self)
        self.credited_on, self.followed_by = left.credited_on, left.followed_by
        self.settled_references = left.settled_references
        self.client_key = fold(self.client_name) if self.client_name else None
        self.search_text = searchable(
            [
                self.number,
                self.product_reference,
                self.serial_number,
                self.client_name,
                self.warranty_ends_on,
                *(part for a in self.articles for part in (a.serial_number, a.product_reference)),
                *(part for e in self.extensions for part in (e.sku, e.label)),
                *(part for r in self.replacements for part in r.found_by),
            ]
        )

    def extend(self, extension: Extension) -> date:
        """Adds the extension and moves the end date; answers the previous one."""
        previous = self.warranty_ends_on
        self.extensions.append(extension)
        self.refresh_search_columns()
        self.version += 1
        return previous

    def withdraw(self, extension: Extension) -> date:
        """Takes the extension back and moves the end date with it; answers the previous one."""
        previous = self.warranty_ends_on
        self.extensions.remove(extension)
        self.refresh_search_columns()
        self.version += 1
        return previous


class Article(Base):
    __tablename__ = "articles"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    contract_number: Mapped[str] = mapped_column(ForeignKey("contracts.number"), index=True)
    position: Mapped[int]
    designation: Mapped[str]
    product_reference: Mapped[str]
    serial_number: Mapped[str]
    specification_url: Mapped[str] = mapped_column(default="")
    picture_url: Mapped[str] = mapped_column(default="")
    serial_code: Mapped[str] = mapped_column(
        Computed(SERIAL_SQL.format(column="serial_number"), persisted=True), index=True
    )


class Extension(Base):
    """An extension taken; ``order_id`` is the shop's and makes a repeated order harmless."""

    __tablename__ = "extensions"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    contract_number: Mapped[str] = mapped_column(ForeignKey("contracts.number"), index=True)
    order_id: Mapped[str] = mapped_column(unique=True)
    sku: Mapped[str]
    label: Mapped[str]
    months: Mapped[int]
    ordered_at: Mapped[datetime]


class ExtensionOffer(Base):
    """An extension on sale for a product reference; ``order_cutoff`` is Europe/Paris, ``HH:MM``."""

    __tablename__ = "extension_offers"

    sku: Mapped[str] = mapped_column(primary_key=True)
    applies_to_product_reference: Mapped[str] = mapped_column(index=True)
    label: Mapped[str]
    months: Mapped[int]
    coverage: Mapped[str] = mapped_column(default="")
    shipping: Mapped[str] = mapped_column(default="")
    order_cutoff: Mapped[str] = mapped_column(default="")
    # Until how many days after the end of cover it may be ordered; negative: before it.
    order_days_after_end: Mapped[int] = mapped_column(default=0, server_default=text("0"))


class Product(Base):
    """The catalogue's links, for articles that bring none of their own."""

    __tablename__ = "products"

    reference: Mapped[str] = mapped_column(primary_key=True)
    designation: Mapped[str] = mapped_column(default="")
    specification_url: Mapped[str] = mapped_column(default="")
    picture_url: Mapped[str] = mapped_column(default="")


class Change(ChangeColumns, Base):
    """A contract's, for programs that follow."""
