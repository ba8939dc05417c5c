"""Exchanges of hardware as they happen: in advance, standard, a dead replacement, asked for by a reseller.

SQP's part is told by its back office, which may repeat each fact; the keys keep what a repetition would do again.
"""

from __future__ import annotations

from typing import Any

from demonstration.caller import Caller, Refused
from demonstration.incident_stories import declare, move

RETURN_ADDRESS = "SQP, service des retours\nQuai 4\n12 rue de l’Industrie\n69100 Villeurbanne"


async def tell(*, reseller: Caller, office: Caller, support: Caller, declared_by_the_client: str) -> None:
    await _set_return_address(support)
    await _in_advance(reseller, office, support)
    await _standard(office, support, declared_by_the_client)
    await _dead_replacement(reseller, office, support)
    await _requested(reseller)


async def _set_return_address(support: Caller) -> None:
    try:
        await support.patch("/exchange-settings", {"return_address": RETURN_ADDRESS}, if_match='"0"')
    except Refused as refused:
        if refused.status != 412:  # set by an earlier, interrupted start
            raise


async def _in_advance(reseller: Caller, office: Caller, support: Caller) -> None:
    """The replacement leaves in time: the promise is kept, and the faulty unit is to come back."""
    number = await declare(
        reseller,
        "30105",
        ["2210RRR30105"],
        title="Plus aucun disque reconnu",
        description="Les baies 3 et 4 ne reconnaissent aucun disque, même neuf.",
        file_ids=[],
    )
    await move(support, number, "in_diagnosis", note="")
    await _approve(office, number, "2210RRR30105", note="Le châssis est remplacé.")
    await _deliver(office, number, 1, "2611RRR90105", "XY123456785FR")


async def _standard(office: Caller, support: Caller, number: str) -> None:
    """The client is to send the faulty unit first; SQP has sent the label."""
    await move(support, number, "in_diagnosis", note="")
    note = "La façade n’est pas vendue seule : renvoyez l’appareil, un neuf partira à son arrivée."
    await _approve(office, number, "Q218C30102", type="standard_exchange", note=note)
    stated = "Appareil jamais mis en service : aucune donnée, vu par téléphone."
    label = {"carrier": "colissimo", "tracking_number": "8R12345678905", "without_statement": stated}
    await _step(office, number, 1, "send_label", **label)


async def _dead_replacement(reseller: Caller, office: Caller, support: Caller) -> None:
    """The replacement does not start and is replaced in its turn. Both came back: cover has followed to the third."""
    number = await declare(
        reseller,
        "30106",
        ["2240SSS30106"],
        title="Ventilateur bruyant, puis arrêt",
        description="Le NAS s’arrête après dix minutes, température du système 92 °C.",
        file_ids=[],
    )
    await move(support, number, "in_diagnosis", note="")
    await _approve(office, number, "2240SSS30106", note="Le boîtier est remplacé, gardez les disques.")
    await _deliver(office, number, 1, "2611SSS90106", "XY123456799FR")
    await _step(office, number, 1, "replacement_dead", note="Aucun voyant à la mise sous tension.")
    await _deliver(office, number, 2, "2611SSS90107", "XY123456808FR")
    for line, serial in ((1, "2240SSS30106"), (2, "2611SSS90106")):
        await _step(office, number, line, "return_shipped", carrier="dpd", tracking_number=f"0625012345678{line}")
        await _step(office, number, line, "receive", serial_number=serial)
        await _step(office, number, line, "inspect", outcome="as_expected")
        await _step(office, number, line, "close")
    await move(support, number, "resolved", note="Le second remplacement fonctionne, les deux retours sont contrôlés.")


async def _requested(reseller: Caller) -> None:
    number = await declare(
        reseller,
        "30111",
        ["2130QSR30111"],
        title="Port réseau 2 hors service",
        description="Le port 2 ne voit plus de lien, avec trois câbles et deux commutateurs.",
        file_ids=[],
    )
    wanted = {"serial_number": "2130QSR30111", "note": "Le client a besoin de l’agrégation des deux ports."}
    await reseller.post(f"/incidents/{number}/exchanges", wanted, key=f"demonstration {number} exchange")


async def _approve(office: Caller, number: str, serial_number: str, **more: str) -> None:
    wanted = {"serial_number": serial_number, "approve": True, **more}
    await office.post(f"/incidents/{number}/exchanges", wanted, key=f"demonstration {number} exchange")


async def _deliver(office: Caller, number: str, line: int, serial_number: str, tracking_number: str) -> None:
    await _step(office, number, line, "reserve", serial_number=serial_number)
    key = f"demonstration {number} {line}"
    parcel = {"lines": [line], "carrier": "chronopost", "tracking_number": tracking_number, "shipped": True}
    sent = await office.post(f"/incidents/{number}/shipments", parcel, key=f"{key} parcel")
    await office.post(f"/shipments/{sent['id']}/news", {"state": "delivered"}, key=f"{key} delivered")


async def _step(office: Caller, number: str, line: int, step: str, **more: Any) -> None:
    path = f"/incidents/{number}/exchanges/{line}/steps"
    await office.post(path, {"step": step, **more}, key=f"demonstration {number} {line} {step}")
