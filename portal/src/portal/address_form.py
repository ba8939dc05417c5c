"""What is asked of a delivery address, one's own or a client's."""

from __future__ import annotations

from portal.forms import Field, Form
from portal.translations import N_

# What parts/address.html asks.
ADDRESS = Form(
    Field("label", N_("Intitulé")),
    Field("street", N_("N° et nom de rue")),
    Field("complement", N_("Complément d’adresse"), needed=False),
    Field("city", N_("Ville")),
    Field("postal_code", N_("Code postal")),
    Field("country", N_("Pays")),
    Field("email", N_("E-mail")),
    Field("phone", N_("Téléphone")),
)
