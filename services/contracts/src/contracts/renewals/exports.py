"""The list of renewals as a file."""

from __future__ import annotations

from api.renewals import LOST_REASONS, STATES
from chassis.http.exporting import Column
from contracts.access import shows_reseller
from web.auth.principal import Principal
from web.i18n import text

NAME = text("Renouvellements", "Renewals")
RESELLER = Column(text("Revendeur", "Reseller"), lambda row: row.reseller)
COLUMNS = (
    Column(text("Fin de garantie", "End of warranty"), lambda row: row.ends_on),
    Column(text("N° de contrat", "Contract no."), lambda row: row.contract_number),
    Column(text("Référence produit", "Product reference"), lambda row: row.product_reference),
    Column(text("N° de série", "Serial number"), lambda row: row.serial_number),
    Column(text("Client", "Client"), lambda row: row.client_name),
    Column(text("État", "State"), lambda row: STATES[row.state]),
    Column(text("Motif", "Reason"), lambda row: LOST_REASONS[row.lost_reason] if row.lost_reason else None),
    Column(text("Prochaine relance", "Next step on"), lambda row: row.next_on),
    Column(text("Note", "Note"), lambda row: row.note),
    Column(text("Commande", "Order"), lambda row: row.order_id),
    Column(text("Contrat suivant", "Following contract"), lambda row: row.followed_by),
)


def columns(principal: Principal) -> tuple[Column, ...]:
    return (*COLUMNS[:5], RESELLER, *COLUMNS[5:]) if shows_reseller(principal.organisation_kind) else COLUMNS
