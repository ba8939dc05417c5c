"""The list of incidents as a file."""

from __future__ import annotations

from chassis.http.exporting import Column
from chassis.sql import AnyRow
from incidents.labels import BY_TELEPHONE, STATUS
from web.auth.principal import Principal
from web.i18n import Text, text


def declared_by(row: AnyRow) -> str | Text:
    """The person who declared; if SQP declared for a caller, also the caller and the caller's organisation."""
    if row.caller_name is None:
        return str(row.declared_by_name)
    party = row.reseller_name if row.declarer_kind == "reseller" else row.client_name
    named = {"name": row.declared_by_name, "party": party, "caller": row.caller_name}
    return {language: words.format(**named) for language, words in BY_TELEPHONE.items()}


NAME = text("Incidents", "Incidents")
COLUMNS = (
    Column(text("N° d’incident", "Incident no."), lambda row: row.number),
    Column(text("Intitulé", "Title"), lambda row: row.title),
    Column(text("État", "State"), lambda row: STATUS[row.status]),
    Column(text("Déclaré le", "Declared on"), lambda row: row.declared_at),
    Column(text("N° de contrat", "Contract no."), lambda row: row.contract_number),
    Column(text("Référence produit", "Product reference"), lambda row: row.product_reference),
    Column(text("N° de série", "Serial number"), lambda row: row.serial_number),
    Column(
        text("Produits concernés", "Products concerned"),
        lambda row: ", ".join(article["serial_number"] for article in row.articles),
    ),
    Column(text("Déclaré par", "Declared by"), declared_by),
)
CLIENT = Column(text("Client", "Client"), lambda row: row.client_name)
RESELLER = Column(text("Revendeur", "Reseller"), lambda row: row.reseller_name)


def columns(principal: Principal) -> tuple[Column, ...]:
    """SQP's lists name the reseller; a client's, which are all its own, no client."""
    if principal.organisation_kind == "client":
        return COLUMNS
    return (*COLUMNS, CLIENT, RESELLER) if principal.organisation_kind in (None, "sqp") else (*COLUMNS, CLIENT)
