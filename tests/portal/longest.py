"""A reseller, a client, a contract and an incident whose every value is as long as the requests allow."""

from __future__ import annotations

from datetime import timedelta

from tests.portal.paths import SQP, Place

from devstack.testing import world as worlds
from devstack.testing.world import World
from events import organisation_id
from web import clock


def word(length: int) -> str:
    return ("Wilhelmsmühlenbetriebsgesellschaft" * 9)[:length]


def sentence(length: int) -> str:
    return f"{word(80)} {'et ses établissements réunis de Lyon ' * 9}"[:length].strip()


def email(name: str) -> str:
    """Of 250 characters, near the longest that an address may be."""
    return f"{name:n<64}@{'.'.join(['d' * 60] * 3)}.fr"


PLACES = (
    *(
        Place(f"longest-{name}", "reseller", path)
        for name, path in {
            "contrats": "/contrats",
            "contrat": "/contrats/{contract}",
            "declaration": "/contrats/{contract}/declarer",
            "declaration-sans-adresse": "/contrats/{unaddressed}/declarer",
            "renouvellements": "/renouvellements",
            "renouvellement": "/renouvellements/{contract}/{end}",
            "rappels": "/contrats/{contract}/rappels",
            "incidents": "/incidents",
            "incident": "/incidents/{incident}",
            "adresse": "/incidents/{incident}?onglet=adresse",
            "contrat-incident": "/incidents/{incident}?onglet=contrat",
            "client-incident": "/incidents/{incident}?onglet=client",
            "echange": "/incidents/{incident}?onglet=echange",
            "echanges": "/echanges",
            "messagerie": "/incidents/{incident}?onglet=messagerie",
            "messagerie-sqp": "/incidents/{incident}?onglet=messagerie-sqp",
            "clients": "/clients",
            "client": "/clients/{client}",
            "recherche": "/recherche?q={mark}",
            "notifications": "/notifications",
            "utilisateurs": "/parametres/utilisateurs",
            "adresses": "/parametres/adresses",
        }.items()
    ),
    *(
        Place(f"longest-sqp-{name}", SQP, path)
        for name, path in {
            "contrats": "/contrats?q={mark}",
            "renouvellements": "/renouvellements?q={mark}",
            "renouvellement": "/renouvellements/{contract}/{end}",
            "incidents": "/incidents?q={mark}",
            "incident": "/incidents/{incident}",
            "autour": "/incidents/{incident}/autour",
            "messagerie-sqp": "/incidents/{incident}?onglet=messagerie-sqp",
            "reponses-incident": "/incidents/{incident}/reponses",
            "macros-incident": "/incidents/{incident}/macros",
            "macro": "/incidents/{incident}/macros/{canned}",
            "a-traiter": "/a-traiter?q={mark}&when=later",
            "vues": "/a-traiter/vues",
            "vue": "/a-traiter/vues/{view}",
            "lot-a-faire": "/a-traiter/lot?numbers={incident}",
            "lot": "/a-traiter/lots/{lot}",
            "reponses": "/parametres/reponses",
            "reponse": "/parametres/reponses/{canned}",
            "echange": "/incidents/{incident}?onglet=echange",
            "echanges": "/echanges?q={incident}",
            "reception": "/echanges/reception?code={incident}-1",
            "clients": "/clients?q={mark}",
            "revendeurs": "/revendeurs?q={mark}",
            "revendeur": "/revendeurs/{reseller}",
            "recherche": "/recherche?q={mark}",
        }.items()
    ),
)


async def facts(world: World) -> dict[str, str]:
    """Registers, declares and writes it all, and returns what the paths of PLACES name."""
    today, mark = clock.today(), world.mark
    number, serial = f"{mark}-{'9' * 11}", f"{mark}{'S' * 51}/"
    client = f"{mark}-{'C' * 31}"
    reseller = {"code": f"reseller-{mark}", "name": sentence(200), "email": world.address("reseller")}
    address = {
        "label": sentence(200),
        "street": sentence(200),
        "complement": sentence(200),
        "postal_code": "69001",
        "city": sentence(200),
        "country": "FR",
        "email": email("livraison"),
        "phone": "+33123456789",
    }
    holder = {"code": client, "name": f"{mark} {sentence(190)}", "email": email("client"), "address": address}
    contract = {
        "product_reference": f"{mark}{'R' * 72}",
        "serial_number": serial,
        "reseller": reseller,
        "client": holder,
        "starts_on": (today - timedelta(days=30)).isoformat(),
        "warranty_ends_on": (today + timedelta(days=300)).isoformat(),
        "service_level": sentence(200),
        "articles": [
            {"designation": sentence(200), "product_reference": "P" * 80, "serial_number": f"{mark}{end * 52}"}
            for end in "AB"
        ],
    }
    await world.office.put(f"/backoffice/contracts/{number}", contract)
    unaddressed = {"code": f"{mark}-{'D' * 31}", "name": word(200), "email": email("sans.adresse")}
    other = {**contract, "serial_number": f"{mark}{'T' * 52}", "client": unaddressed, "articles": []}
    await world.office.put(f"/backoffice/contracts/{mark}-{'8' * 11}", other)
    end = contract["warranty_ends_on"]
    noted = {"note": f"{word(300)} {sentence(200)}", "next_on": today.isoformat(), "state": "proposed"}
    await world.reseller.patch(f"/renewals/{number}/{end}", noted, if_match='"0"')
    await world.reseller.post("/addresses", address)
    incident = await worlds.declared(
        world,
        contract_number=number,
        title=f"{mark} {sentence(190)}",
        serial_numbers=[f"{mark}{end * 52}" for end in "AB"],
        description=f"{word(300)} {sentence(200)}",
        delivery_address={"address": {name: value for name, value in address.items() if name != "label"}},
    )
    for thread, who in (("client", world.reseller), ("sqp", world.support)):
        await who.post(f"/incidents/{incident}/messages?thread={thread}", {"body": word(300), "file_ids": []})
    await _exchange(world, incident)
    body = f"{word(300)} {{incident.numero}} {{revendeur.nom}} {sentence(200)}"
    answer = {"title": f"{mark} {sentence(190)}", "body_fr": body, "body_en": body, "note_fr": body}
    answer |= {"step": "reject", "to_status": "rejected"}
    canned = await world.support.post("/canned-answers", answer)
    query = {"q": mark, "who": "mine", "service_level": sentence(200)}
    view = await world.support.post("/desk-views", {"name": f"{mark} {word(190)}", "query": query})
    act = {"action": "move", "status": "closed", "note": body}
    lot = await world.support.post("/desk-jobs", {"numbers": [incident], "act": act})
    return {
        "view": view["id"],
        "lot": lot["id"],
        "contract": number,
        "unaddressed": f"{mark}-{'8' * 11}",
        "end": str(end),
        "incident": incident,
        "client": str(organisation_id("client", client)),
        "reseller": str(organisation_id("reseller", reseller["code"].upper())),
        "mark": mark,
        "canned": canned["id"],
    }


async def _exchange(world: World, incident: str) -> None:
    """Of the first product, sent and awaited back."""
    mark, note = world.mark, f"{word(300)} {sentence(200)}"
    wanted = {"serial_number": f"{mark}{'A' * 52}", "approve": True, "note": note}
    await world.office.post(f"/incidents/{incident}/exchanges", wanted)
    reserved = {"serial_number": f"{mark}{'N' * 52}", "product_reference": f"{mark}{'R' * 72}", "reason": sentence(200)}
    steps = f"/incidents/{incident}/exchanges/1/steps"
    await world.office.post(steps, {"step": "reserve", **reserved})
    parcel = {"lines": [1], "carrier": "other", "tracking_number": "X" * 60, "shipped": True}
    sent = await world.office.post(
        f"/incidents/{incident}/shipments", {**parcel, "contact": sentence(200), "opening_hours": sentence(200)}
    )
    await world.office.post(f"/shipments/{sent['id']}/news", {"state": "delivered", "note": note})
    # The state of a return that says the most.
    await world.office.post(steps, {"step": "keep_disk", "note": note})


def persons(world: World) -> dict[str, tuple[str, str]]:
    """Log-in and password behind the names that PLACES use."""
    return {"reseller": (f"reseller-{world.mark.lower()}", worlds.PASSWORD)}
