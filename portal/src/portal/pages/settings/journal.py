"""What was done, for administrators: the trails of all services side by side, latest first."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from starlette.responses import Response

from api.identity.people import User
from portal.page import Page
from portal.page_request import or_unavailable
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.services import audit, identity
from portal.translations import N_
from web import user_agent
from web.clock import PARIS
from web.trail import Entry, Trail

blueprint = Blueprint()

JOURNAL = "/parametres/journal"
SHOWN = 50
SERVICES = {
    "identity": N_("Comptes et accès"),
    "contracts": N_("Contrats"),
    "incidents": N_("Incidents"),
    "files": N_("Fichiers"),
    "notifications": N_("Notifications"),
}
REFUSALS = "refusals"
KINDS = {"": N_("Tout"), **SERVICES, REFUSALS: N_("Refus")}
REFUSED = "request.refuse"
ACTIONS = {
    "session.open": N_("Connexion"),
    "session.close": N_("Déconnexion"),
    "session.end": N_("Session fermée à distance"),
    "session.end_others": N_("Autres sessions fermées"),
    "session.refuse": N_("Connexion refusée"),
    "session.reuse": N_("Session fermée : jeton réutilisé"),
    "session.prove": N_("Identité confirmée de nouveau"),
    "factor.application_added": N_("Application d’authentification ajoutée"),
    "factor.application_removed": N_("Application d’authentification retirée"),
    "factor.recovery_codes_made": N_("Codes de secours recréés"),
    "factor.recovery_code_used": N_("Code de secours utilisé"),
    "factor.factors_reset": N_("Seconds facteurs remis à zéro"),
    "organisation.require_factor": N_("Second facteur exigé de tous"),
    "organisation.relax_factor": N_("Second facteur rendu facultatif"),
    "rescue.ask": N_("Secours demandé"),
    "rescue.confirm": N_("Secours confirmé"),
    "rescue.refuse": N_("Secours refusé"),
    "factor.passkey_added": N_("Clé d’accès ajoutée"),
    "factor.passkey_removed": N_("Clé d’accès retirée"),
    "factor.counter": N_("Compteur d’une clé d’accès en recul : copie possible"),
    "factor.refuse": N_("Code refusé"),
    "password.ask_reset": N_("Mot de passe oublié"),
    "password.change": N_("Mot de passe changé"),
    "password.reset": N_("Mot de passe réinitialisé"),
    "user.invite": N_("Utilisateur invité"),
    "user.invite_again": N_("Invitation renvoyée"),
    "user.activate": N_("Compte activé"),
    "user.change": N_("Utilisateur modifié"),
    "user.disable": N_("Accès désactivé"),
    "user.enable": N_("Accès rétabli"),
    "email.ask": N_("Changement d’adresse e-mail demandé"),
    "email.cancel": N_("Changement d’adresse e-mail annulé"),
    "email.confirm": N_("Nouvelle adresse e-mail confirmée"),
    "email.fail": N_("E-mail non remis"),
    "email.object": N_("Ancienne adresse e-mail rétablie"),
    "email.send_again": N_("Lien de confirmation renvoyé"),
    "address.create": N_("Adresse créée"),
    "address.change": N_("Adresse modifiée"),
    "address.delete": N_("Adresse supprimée"),
    "organisation.create": N_("Société créée"),
    "organisation.seed": N_("Société enregistrée avec un contrat"),
    "organisation.change": N_("Société modifiée"),
    "client.create": N_("Client créé"),
    "client.open": N_("Accès du client ouvert"),
    "client.close": N_("Accès du client fermé"),
    "sign_up.request": N_("Demande d’accès"),
    "sign_up.approved": N_("Demande d’accès acceptée"),
    "sign_up.refused": N_("Demande d’accès refusée"),
    "sign_up.known": N_("Demande d’accès d’un compte existant"),
    "key.rotate": N_("Clé de signature renouvelée"),
    "service_account.put": N_("Compte de service créé ou modifié"),
    "service_account.disable": N_("Compte de service désactivé"),
    "service_account.refuse": N_("Compte de service refusé"),
    "create_canned_answer": N_("Réponse type créée"),
    "change_canned_answer": N_("Réponse type modifiée"),
    "delete_canned_answer": N_("Réponse type supprimée"),
    "use_canned_answer": N_("Réponse type insérée"),
    "apply_macro": N_("Macro appliquée"),
    "declare_incident": N_("Incident déclaré"),
    "change_status": N_("État d’incident changé"),
    "put_sharing": N_("Partage d’un incident changé"),
    "post_message": N_("Message envoyé"),
    "undo_message": N_("Envoi d’un message annulé"),
    "attach_files": N_("Fichiers ajoutés à un incident"),
    "detach_file": N_("Fichier retiré d’un incident"),
    "change_promise_settings": N_("Règle de la promesse changée"),
    "change_exchange_settings": N_("Règles des échanges changées"),
    "request_exchange": N_("Échange demandé"),
    "take_step": N_("Étape d’un échange"),
    "prepare_shipment": N_("Colis préparé"),
    "tell_of_shipment": N_("Nouvelle d’un colis"),
    "put_shipment": N_("Colis enregistré par SQP"),
    "track": N_("Nouvelles des transporteurs"),
    "create_desk_view": N_("Vue de la file enregistrée"),
    "change_desk_view": N_("Vue de la file modifiée"),
    "delete_desk_view": N_("Vue de la file supprimée"),
    "start_bulk_job": N_("Traitement de plusieurs incidents lancé"),
    "stop_bulk_job": N_("Traitement de plusieurs incidents arrêté"),
    "incident.move_among": N_("État d’incident changé, parmi plusieurs"),
    "incident.assign_among": N_("Incident transmis, parmi plusieurs"),
    "incident.release_among": N_("Incident rendu, parmi plusieurs"),
    "incident.remind_among": N_("Réponse attendue rappelée, parmi plusieurs"),
    "take_next": N_("Incident suivant reçu"),
    "take_incident": N_("Incident pris"),
    "assign_incident": N_("Incident transmis"),
    "release_incident": N_("Incident rendu"),
    "skip_incident": N_("Incident passé"),
    "settle_incident": N_("Incident mis de côté"),
    "snooze_incident": N_("Incident remis à plus tard"),
    "remind_of_answer": N_("Réponse attendue rappelée"),
    "link_incident": N_("Incident lié à un autre"),
    "unlink_incident": N_("Lien entre incidents retiré"),
    "merge_incident": N_("Incident fusionné avec un autre"),
    "part_incident": N_("Fusion d’incidents annulée"),
    "wake_incident": N_("Incident repris avant l’heure"),
    "give_back_all": N_("Incidents rendus"),
    "state_data": N_("Déclaration sur les données d’un appareil"),
    "add_closures": N_("Jours de fermeture ajoutés"),
    "remove_closure": N_("Jour de fermeture retiré"),
    "upload_file": N_("Fichier envoyé"),
    "get_content": N_("Fichier téléchargé"),
    "delete_file": N_("Fichier supprimé"),
    "put_contract": N_("Contrat enregistré"),
    "contract.import": N_("Contrat enregistré par un import"),
    "start_import": N_("Import de contrats lancé"),
    "cancel_import": N_("Import de contrats arrêté"),
    "give_contract": N_("Contrat attribué à un client"),
    "extend_contract": N_("Contrat étendu"),
    "contract.give": N_("Contrat attribué à un client"),
    "contract.client_of_another_reseller": N_("Client retiré du contrat : il est celui d’un autre revendeur"),
    "change_renewal": N_("Renouvellement modifié"),
    "renewal.change": N_("Renouvellement modifié"),
    "list_contracts": N_("Contrats exportés"),
    "list_renewals": N_("Renouvellements exportés"),
    "list_incidents": N_("Incidents exportés"),
    "list_clients": N_("Clients exportés"),
    "withdraw_extension": N_("Extension retirée"),
    "put_offer": N_("Offre d’extension enregistrée"),
    "put_product": N_("Produit enregistré"),
    "put_preferences": N_("Préférences modifiées"),
    REFUSED: N_("Opération refusée"),
}


@blueprint.get(JOURNAL)
@writers()
async def show(page: Page) -> Response:
    kind = page.query("kind") if page.query("kind") in KINDS else ""
    since, until = _day(page.query("since")), _day(page.query("until"))
    asked = {"actor": page.query("actor")[:100], "kind": kind, "since": _plain(since), "until": _plain(until)}
    parameters = {
        "actor": asked["actor"],
        "action": REFUSED if kind == REFUSALS else "",
        "since": _moment(since),
        "until": _moment(until + timedelta(days=1) if until else None),
        "cursor": page.query("cursor"),
        "limit": SHOWN,
    }
    services = [kind] if kind in SERVICES else list(SERVICES)
    people, trails = await asyncio.gather(
        or_unavailable(identity.users(page, limit=identity.MOST)),
        asyncio.gather(*(or_unavailable(audit.trail(page, service, **parameters)) for service in services)),
    )
    entries, following = _merged([trail for trail in trails if trail])
    names = {str(each.id): _name(each) for each in people.items} if people else {}
    return await page.render(
        "settings/journal.html",
        # Each with who did it, and to what.
        entries=[
            (
                entry,
                entry.actor_name or names.get(entry.actor, ""),
                _about(page, entry) or names.get(entry.subject, ""),
            )
            for entry in entries
        ],
        following=_href(asked, cursor=following) if following else "",
        asked=asked,
        names=names,
        kinds=KINDS,
        actions=ACTIONS,
        href=lambda **changes: _href(asked, **changes),
        away=[page.gettext(KINDS[name]) for name, trail in zip(services, trails, strict=True) if not trail],
    )


def _about(page: Page, entry: Entry) -> str:
    """What the subject was called when the entry was made; a session by its device and address, what was refused by
    what it would have done."""
    said = entry.details
    if "device" in said:
        return f"{user_agent.described(said['device'], page.language)} ({said['address']})"
    refused = ACTIONS.get(str(said.get("operation")))
    if refused:
        return f"{page.gettext(refused)} {said.get('of', '')}".strip()
    return str(said.get("about", ""))


def _merged(trails: list[Trail]) -> tuple[list[Entry], str]:
    """The latest of all, in the order of the cursor, and the cursor of the last one where more follow."""
    every = [entry for trail in trails for entry in trail.items]
    every.sort(key=lambda entry: entry.service)
    every.sort(key=lambda entry: entry.at, reverse=True)
    shown = every[:SHOWN]
    more = len(every) > SHOWN or any(trail.next for trail in trails)
    return shown, shown[-1].cursor if shown and more else ""


def _href(asked: Mapping[str, str], **changes: str) -> str:
    given = {name: value for name, value in {**asked, **changes}.items() if value}
    return f"{JOURNAL}?{urlencode(given)}" if given else JOURNAL


def _name(person: User) -> str:
    return f"{person.first_name} {person.last_name}".strip() or person.login


def _day(typed: str) -> date | None:
    """What is no day narrows nothing."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2100 else None


def _plain(day: date | None) -> str:
    return day.isoformat() if day else ""


def _moment(day: date | None) -> str:
    """The beginning of the day in Paris."""
    return datetime.combine(day, time(), PARIS).isoformat() if day else ""
