"""What a parcel of an exchange, and news of one, ask."""

from __future__ import annotations

from portal.asks import Ask
from portal.pages.incidents.exchange_forms import CARRIER, NOTE, TRACKING
from portal.translations import N_

GONE = Ask("shipped", N_("Le colis est déjà parti"), needed=False, kind="check")
ELSEWHERE = N_("Livrer à une autre adresse que celle de l’incident")
PARCEL = (
    Ask("lines", N_("Échanges dans ce colis"), kind="boxes", source="lines"),
    CARRIER,
    TRACKING,
    Ask("contact", N_("Contact à la livraison"), needed=False),
    Ask("opening_hours", N_("Heures d’ouverture"), needed=False),
    Ask("expected_on", N_("Livraison prévue le"), needed=False, kind="date"),
    GONE,
    *(
        Ask(name, label, needed=False, path=f"address.{name}", group=ELSEWHERE)
        for name, label in (
            ("street", N_("N° et nom de rue")),
            ("complement", N_("Complément d’adresse")),
            ("postal_code", N_("Code postal")),
            ("city", N_("Ville")),
            ("email", N_("E-mail")),
            ("phone", N_("Téléphone")),
        )
    ),
    Ask(
        "country",
        N_("Pays"),
        needed=False,
        kind="select",
        source="countries",
        prompt=N_("France"),
        path="address.country",
        group=ELSEWHERE,
    ),
)
# The replacement comes back: nothing is delivered to the client.
PARCEL_BACK = (CARRIER, TRACKING, GONE)
RECALL = (Ask("note", N_("Motif"), needed=False, kind="area", hint=N_("Lu par SQP seul.")),)
NEWS = (
    Ask("state", N_("Nouvelle"), kind="select", source="news"),
    Ask("at", N_("Quand"), needed=False, kind="moment", hint=N_("Heure de Paris ; vide : maintenant.")),
    CARRIER,
    TRACKING,
    NOTE,
)
