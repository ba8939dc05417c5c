"""The list of contracts as a file."""

from __future__ import annotations

from chassis.http.exporting import Column
from chassis.http.paging import Sort, ordered
from chassis.sql import AnySelect
from contracts import queries
from contracts.access import shows_reseller
from contracts.models import Contract
from web.auth.principal import Principal
from web.i18n import text

NAME = text("Contrats", "Contracts")
COLUMNS = (
    Column(text("N° de contrat", "Contract no."), lambda row: row.number),
    Column(text("Référence produit", "Product reference"), lambda row: row.product_reference),
    Column(text("N° de série", "Serial number"), lambda row: row.serial_number),
    Column(text("Fin de garantie", "End of warranty"), lambda row: row.warranty_ends_on),
    Column(text("Extensions", "Extensions"), lambda row: row.extension_count),
)
CLIENT = Column(text("Client", "Client"), lambda row: row.client_name)
RESELLER = Column(text("Revendeur", "Reseller"), lambda row: row.reseller)


def columns(principal: Principal) -> tuple[Column, ...]:
    """SQP's lists name the reseller; a client's, which are all its own, no client."""
    if principal.organisation_kind == "client":
        return COLUMNS
    parties = (CLIENT, RESELLER) if shows_reseller(principal.organisation_kind) else (CLIENT,)
    return (*COLUMNS[:3], *parties, *COLUMNS[3:])


def rows(wanted: queries.Wanted, sort: Sort) -> AnySelect:
    return ordered(queries.listing(wanted.shape), sort, Contract.number_key.expression).params(wanted.values)
