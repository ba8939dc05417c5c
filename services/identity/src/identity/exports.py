"""The list of clients as a file."""

from __future__ import annotations

from chassis.http.exporting import Column
from web.auth.principal import Principal
from web.i18n import text
from web.text import phones

NAME = text("Clients", "Clients")
ACCESS = {
    "closed": text("Fermé", "Closed"),
    "active": text("Ouvert", "Open"),
    "invited": text("Invité", "Invited"),
    "disabled": text("Comptes désactivés", "Accounts disabled"),
    "no_account": text("Aucun compte", "No account"),
}
COLUMNS = (
    Column(text("Nom", "Name"), lambda row: row.name),
    Column(text("Code", "Code"), lambda row: row.code),
    Column(text("Téléphone", "Telephone"), lambda row: phones.shown(row.phone) if row.phone else None),
    Column(text("E-mail", "E-mail"), lambda row: row.email),
    Column(text("Accès au portail", "Access to the portal"), lambda row: ACCESS[row.access]),
)
RESELLER = Column(text("Revendeur", "Reseller"), lambda row: row.reseller_name)


def columns(principal: Principal) -> tuple[Column, ...]:
    """SQP's lists name the reseller."""
    return (*COLUMNS, RESELLER) if principal.organisation_kind == "sqp" else COLUMNS
