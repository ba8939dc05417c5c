"""Incidents as they happen: declared with a file, talked about in both threads, moved by SQP."""

from __future__ import annotations

from typing import Any

from demonstration.caller import Caller, Refused, eventually

LOG = b"2026-11-20 08:12:41 [ERR] md1: disk failure on sda3, disabling device\n" * 40
PHOTO = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


async def tell(*, reseller: Caller, client: Caller, support: Caller) -> str:
    """The number of the incident that the client declared: what becomes of it is told elsewhere."""
    await _disk_failure(reseller, client, support)
    await _resolved(reseller, support)
    await _waiting(reseller, support)
    return await _declared_by_the_client(client)


async def close_for_stocktaking(support: Caller, year: int) -> None:
    """SQP dispatches nothing on the last day of the year, unless nothing would leave then anyway."""
    closure = {"day": f"{year}-12-31", "reason": "Inventaire annuel"}
    try:
        await support.post("/promise-settings/closures", closure, key=f"demonstration closure {year}")
    except Refused as refused:
        if refused.status != 409:  # no working day, or closed by an earlier, interrupted start
            raise


async def _disk_failure(reseller: Caller, client: Caller, support: Caller) -> None:
    log = await reseller.upload("journal-systeme.log", LOG, "text/plain", key="demonstration log")
    number = await declare(
        reseller,
        "30101",
        ["Q217B20101", "Z9CB20101"],
        title="Problème avec mon NAS",
        description="Le NAS signale un disque en panne depuis ce matin et redémarre seul.",
        file_ids=[log["id"]],
    )
    await _share(client, number)
    await _say(support, number, "sqp", "Bonjour, pouvez-vous nous envoyer le journal SMART du disque ?", "1")
    note = "Même baie que l’an dernier : vérifier le fond de panier avant d’échanger un troisième disque."
    await _say(support, number, "internal", note, "note")
    await move(support, number, "in_diagnosis", note="Journal reçu, analyse en cours.")
    await _say(reseller, number, "sqp", "Bonjour, le voici dans les fichiers de la déclaration.", "2")
    await _say(reseller, number, "client", "Votre dossier est ouvert, SQP analyse le journal.", "3")
    await _say(client, number, "client", "Merci. Peut-on continuer à utiliser le NAS en attendant ?", "4")


async def _resolved(reseller: Caller, support: Caller) -> None:
    number = await declare(
        reseller,
        "30103",
        ["ZR1230103"],
        title="Disque 2 dégradé",
        description="Le volume 1 est dégradé, le disque 2 n’est plus reconnu.",
        file_ids=[],
    )
    await move(support, number, "in_diagnosis", note="")
    await move(support, number, "resolved", note="Reconstruction terminée après remise en place du disque.")


async def _share(client: Caller, number: str) -> None:
    """With the client's colleagues, who read nothing of its other incident."""
    version = (await client.get(f"/incidents/{number}"))["version"]
    await client.put(f"/incidents/{number}/sharing", {"shared_with": "organisation"}, if_match=f'"{version}"')


async def _declared_by_the_client(client: Caller) -> str:
    photo = await client.upload("facade.png", PHOTO, "image/png", key="demonstration photo")
    return await declare(
        client,
        "30102",
        ["Q218C30102"],
        title="Façade cassée à la livraison",
        nature="damaged",
        description="La façade du NAS était fendue à l’ouverture du carton.",
        file_ids=[photo["id"]],
    )


async def _waiting(reseller: Caller, support: Caller) -> None:
    """SQP waits for the reseller: the promise of dispatch stands still."""
    number = await declare(
        reseller,
        "30104",
        ["Q224A30104"],
        title="NAS éteint après une coupure",
        description="Plus aucun voyant depuis la coupure de courant de cette nuit.",
        file_ids=[],
    )
    await move(support, number, "in_diagnosis", note="")
    note = "Essayez un autre bloc d’alimentation et dites-nous si le voyant s’allume."
    await move(support, number, "pending", note=note, reason="waiting_reseller")


async def declare(who: Caller, contract: str, serials: list[str], **fields: Any) -> str:
    """Declares as soon as the contract and an address of its client have reached the incidents service."""

    async def addresses() -> list[dict[str, Any]] | None:
        return (await who.get("/delivery-addresses", contract=contract))["items"] or None

    chosen = (await eventually(addresses, what=f"addresses for contract {contract}"))[0]
    body = {
        "contract_number": contract,
        "nature": "defective",
        "serial_numbers": serials,
        "delivery_address": {"address_id": chosen["id"]},
        **fields,
    }
    answer = await who.post("/incidents", body, key=f"demonstration {contract}")
    return str(answer["number"])


async def _say(who: Caller, number: str, thread: str, text: str, step: str) -> None:
    path = f"/incidents/{number}/messages?thread={thread}"
    await who.post(path, {"body": text, "file_ids": []}, key=f"demonstration {number} {step}")


async def move(who: Caller, number: str, status: str, *, note: str, **more: str) -> None:
    incident = await who.get(f"/incidents/{number}")
    try:
        change = {"status": status, "note": note, **more}
        key = f"demonstration {number} {status}"
        await who.post(f"/incidents/{number}/status", change, key=key, if_match=f'"{incident["version"]}"')
    except Refused as refused:
        if refused.status != 409:  # moved by an earlier, interrupted start
            raise
