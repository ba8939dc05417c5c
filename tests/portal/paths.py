"""Every page of the portal, in one place: what is looked at for accessibility, languages, widths, and in pictures."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp

from demonstration import caller
from demonstration.seeding import PASSWORD
from devstack.testing.running import RunningStack
from events import organisation_id

RESELLER = "revendeur_test"
BASIC = "revendeur_basique"
CLIENT = "client_test"
SQP = "sqp_support"

CONTRACT = "30101"
EXPIRING = "30104"
EXPIRED = "29962"
HELD_BY_NONE = "30108"
TABS = ("echange", "adresse", "contrat", "client", "messagerie", "messagerie-sqp")


@dataclass(frozen=True)
class Place:
    """``name`` is the picture's; ``path`` may hold names that :func:`facts` knows; ``login`` None: nobody."""

    name: str
    login: str | None
    path: str
    status: int = 200


def _places(login: str | None, prefix: str, **paths: str) -> tuple[Place, ...]:
    return tuple(Place(f"{prefix}-{name}".replace("_", "-"), login, path) for name, path in paths.items())


PLACES = (
    *_places(
        None,
        "visiteur",
        connexion="/connexion",
        mot_de_passe_oublie="/mot-de-passe-oublie",
        mot_de_passe_oublie_envoye="/mot-de-passe-oublie/envoye",
        creer_un_compte="/creer-un-compte",
        creer_un_compte_envoye="/creer-un-compte/envoye",
        nouveau_lien="/activation/nouveau-lien",
        retour_merci="/retours/repondre/merci",
    ),
    Place("visiteur-lien-perime", None, "/mot-de-passe", 410),
    Place("visiteur-adresse-perimee", None, "/nouvelle-adresse", 410),
    Place("visiteur-activation-perimee", None, "/activation", 410),
    Place("visiteur-retour-perime", None, "/retours/repondre", 410),
    *_places(
        RESELLER,
        "revendeur",
        tableau_de_bord="/tableau-de-bord",
        contrats="/contrats",
        contrats_recherche="/contrats?q=ts-131k&validity=active",
        contrats_vide="/contrats?q=rien+de+tel",
        contrat=f"/contrats/{CONTRACT}",
        contrat_bientot_fini=f"/contrats/{EXPIRING}",
        contrat_fini=f"/contrats/{EXPIRED}",
        contrat_client=f"/contrats/{HELD_BY_NONE}/client",
        declaration=f"/contrats/{CONTRACT}/declarer",
        declaration_impossible=f"/contrats/{EXPIRED}/declarer",
        vues="/vues/contrats",
        vues_aucune="/vues/incidents",
        vue_nouvelle="/vues/contrats/nouvelle?query=validity%3Dexpiring",
        vue="/vues/contrats/{list_view}",
        renouvellements="/renouvellements",
        renouvellements_mois="/renouvellements?month={month}&state=open",
        renouvellement=f"/renouvellements/{EXPIRING}/{{end}}",
        rappels=f"/contrats/{EXPIRING}/rappels",
        incidents="/incidents",
        incident_declarer="/incidents/declarer",
        echanges="/echanges",
        echanges_en_retard="/echanges?stage=overdue",
        incident="/incidents/{incident}",
        incident_fusionne="/incidents/{merged}",
        messagerie_fusionnee="/incidents/{merged}?onglet=messagerie-sqp",
        declaration_suite=f"/contrats/{CONTRACT}/declarer?suite={{merged}}",
        **{f"incident_{tab}": f"/incidents/{{incident}}?onglet={tab}" for tab in TABS},
        clients="/clients",
        client="/clients/{client}",
        client_modifier="/clients/{client}/modifier",
        client_nouveau="/clients/nouveau",
        client_inviter="/clients/{client}/inviter",
        invitations="/invitations",
        invitation="/invitations/{invitation}",
        client_adresse="/clients/{client}/adresses/{address}",
        client_adresse_nouvelle="/clients/{client}/adresses/nouvelle",
        notifications="/notifications",
        recherche="/recherche",
        recherche_serie="/recherche?q=Q217B20101",
        recherche_client="/recherche?q=client+test",
        recherche_messages="/recherche?q=disque&dans=messages",
        recherche_mot="/recherche?q=disque",
        profil="/parametres",
        societe="/parametres/societe",
        utilisateurs="/parametres/utilisateurs",
        utilisateur="/parametres/utilisateurs/{colleague}",
        utilisateur_nouveau="/parametres/utilisateurs/nouveau",
        adresses="/parametres/adresses",
        adresse_nouvelle="/parametres/adresses/nouvelle",
        preferences="/parametres/notifications",
        mot_de_passe="/parametres/mot-de-passe",
        double_authentification="/parametres/double-authentification",
        sessions="/parametres/sessions",
        journal="/parametres/journal",
    ),
    Place("revendeur-introuvable", RESELLER, "/nulle-part", 404),
    Place("revendeur-incident-introuvable", RESELLER, "/incidents/19990101", 404),
    Place("revendeur-refus", RESELLER, "/revendeurs", 403),
    Place("revendeur-promesse", RESELLER, "/parametres/promesse", 403),
    Place("revendeur-secours", RESELLER, "/parametres/secours", 403),
    Place("revendeur-autour", RESELLER, "/incidents/{incident}/autour", 403),
    Place("revendeur-reponses", RESELLER, "/parametres/reponses", 403),
    Place("revendeur-reponses-incident", RESELLER, "/incidents/{incident}/reponses", 403),
    Place("revendeur-macros", RESELLER, "/incidents/{incident}/macros", 403),
    Place("revendeur-regles-echanges", RESELLER, "/parametres/echanges", 403),
    *_places(
        BASIC,
        "basique",
        contrat=f"/contrats/{CONTRACT}",
        incident="/incidents/{incident}",
        messagerie="/incidents/{incident}?onglet=messagerie",
        client="/clients/{client}",
        utilisateurs="/parametres/utilisateurs",
        profil="/parametres",
    ),
    *_places(
        CLIENT,
        "client",
        contrats="/contrats",
        contrat=f"/contrats/{CONTRACT}",
        rappels=f"/contrats/{CONTRACT}/rappels",
        incident="/incidents/{incident}",
        messagerie="/incidents/{incident}?onglet=messagerie",
        echange="/incidents/{incident}?onglet=echange",
        adresses="/parametres/adresses",
        adresse="/parametres/adresses/{address}",
        adresse_supprimer="/parametres/adresses/{address}/supprimer",
    ),
    *_places(
        SQP,
        "sqp",
        contrats="/contrats",
        contrat=f"/contrats/{CONTRACT}",
        declaration=f"/contrats/{CONTRACT}/declarer",
        incidents="/incidents",
        incident_declarer="/incidents/declarer?reseller_id={reseller}",
        renouvellements="/renouvellements",
        renouvellement=f"/renouvellements/{EXPIRING}/{{end}}",
        incident="/incidents/{incident}?vue=q%3DNAS",
        secours="/parametres/secours",
        autour="/incidents/{incident}/autour",
        incident_fusionne="/incidents/{merged}",
        incident_qui_en_a_recu_un="/incidents/{kept}?onglet=messagerie-sqp",
        messagerie="/incidents/{incident}?onglet=messagerie-sqp&vue=action%3Danswer",
        tableau_de_bord="/tableau-de-bord",
        incidents_d_un_chiffre="/incidents?open=true&status=new&age=older&answer=none&declared_within=30",
        incidents_d_un_avis="/incidents?numbers={incident}",
        a_traiter="/a-traiter",
        a_traiter_plus_tard="/a-traiter?when=later",
        a_traiter_vide="/a-traiter?q=rien+de+tel",
        lot_a_faire="/a-traiter/lot?numbers={incident}",
        lots="/a-traiter/lots",
        lot="/a-traiter/lots/{lot}",
        vues="/a-traiter/vues",
        vue_nouvelle="/a-traiter/vues/nouvelle?action=answer&who=mine",
        vue="/a-traiter/vues/{view}",
        notes="/incidents/{incident}?onglet=notes",
        echange="/incidents/{incident}?onglet=echange",
        clients="/clients",
        client="/clients/{client}",
        client_nouveau="/clients/nouveau",
        revendeurs="/revendeurs",
        promesse="/parametres/promesse",
        echanges="/echanges",
        reception="/echanges/reception",
        reception_inconnue="/echanges/reception?code=INCONNU",
        regles_echanges="/parametres/echanges",
        reponses="/parametres/reponses",
        reponse_nouvelle="/parametres/reponses/nouvelle",
        reponse="/parametres/reponses/{canned}",
        reponse_supprimer="/parametres/reponses/{canned}/supprimer",
        reponses_incident="/incidents/{incident}/reponses",
        macro_modifier="/parametres/reponses/{macro}",
        macros_incident="/incidents/{incident}/macros",
        macro="/incidents/{incident}/macros/{macro}",
        revendeur="/revendeurs/{reseller}",
        revendeur_inviter="/revendeurs/{reseller}/inviter",
        invitations="/invitations",
        recherche="/recherche?q=test",
    ),
)


async def facts(stack: RunningStack, http: aiohttp.ClientSession) -> dict[str, str]:
    """What the paths name, of the demonstration data of ``stack``."""
    reseller = caller.person(http, stack.url, RESELLER, PASSWORD)
    client = organisation_id("client", "CLI-0001")
    incidents = await reseller.get("/incidents", contract=CONTRACT)
    addresses = await reseller.get("/addresses", organisation_id=str(client))
    colleagues = await reseller.get("/users", q=BASIC)
    others = [each for each in (await reseller.get("/clients"))["items"] if each["id"] != str(client)]
    invited = await reseller.post(f"/clients/{others[-1]['id']}/invitation", {"email": "attend@exemple.fr"})
    support = caller.person(http, stack.url, SQP, PASSWORD)
    canned = (await support.get("/canned-answers"))["items"]
    view = await support.post("/desk-views", {"name": "Réponses en attente", "query": {"action": "answer"}})
    ending = {"name": "Échéances proches", "query": "validity=expiring&sort=warranty_ends_on"}
    list_view = await reseller.post("/me/lists/contracts/views", ending)
    chosen = {"numbers": [each["number"] for each in incidents["items"]], "act": {"action": "release"}}
    lot = await support.post("/desk-jobs", chosen)
    shown = incidents["items"][-1]["number"]
    other = next(each["number"] for each in (await reseller.get("/incidents"))["items"] if each["number"] != shown)
    linked = {"number": other, "relation": "same_cause", "reason": "Même lot de disques."}
    await support.post(f"/desk/{shown}/links", linked)
    kept, merged = [
        await reseller.post("/incidents", _declaration(addresses["items"][0]["id"], title), key=f"places {place}")
        for place, title in enumerate(("Ne démarre plus", "Toujours en panne"))
    ]
    said = {"body": "Il reste éteint, même sur une autre prise.", "file_ids": []}
    await reseller.post(f"/incidents/{merged['number']}/messages?thread=sqp", said, key="places said")
    await support.post(f"/desk/{merged['number']}/merge", {"number": kept["number"]}, key="places merged")
    end = (await reseller.get(f"/contracts/{EXPIRING}"))["warranty_ends_on"]
    return {
        "end": end,
        "month": end[:7],
        "incident": shown,
        "kept": kept["number"],
        "merged": merged["number"],
        "client": str(client),
        "reseller": str(organisation_id("reseller", "REV-0001")),
        "address": addresses["items"][0]["id"],
        "colleague": colleagues["items"][0]["id"],
        "invitation": invited["id"],
        "view": view["id"],
        "list_view": list_view["id"],
        "lot": lot["id"],
        "canned": canned[0]["id"],
        "macro": next(each["id"] for each in canned if each["to_status"]),
    }


def _declaration(address: str, title: str) -> dict[str, object]:
    return {
        "contract_number": CONTRACT,
        "title": title,
        "nature": "defective",
        "serial_numbers": ["Q217B20101"],
        "description": "Aucun voyant ne s’allume.",
        "delivery_address": {"address_id": address},
    }
