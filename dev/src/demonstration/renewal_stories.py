"""Renewals as a reseller follows them: proposed with a date to call again, lost for a reason, ordered by the shop."""

from __future__ import annotations

from datetime import date, timedelta

from demonstration.caller import Caller, Refused
from demonstration.guide_rows import RELATIVE

ENDS_IN = {number: days for number, _, _, _, _, days, *_ in RELATIVE}


async def tell(*, reseller: Caller, office: Caller, today: date) -> None:
    order = {"order_id": "CMD-2026-0002", "sku": "CL-SV-E1DS920"}

    def end(number: str) -> str:
        return f"{number}/{today + timedelta(days=ENDS_IN[number])}"

    await _note(reseller, end("30111"), state="proposed", note="Devis D-2041 envoyé le mois dernier.")
    await office.post("/backoffice/contracts/30111/extensions", order)
    call_again = (today + timedelta(days=3)).isoformat()
    note = "Le client attend son budget de l’an prochain. Rappeler Mme Lefèvre."
    await _note(reseller, end("30104"), state="proposed", note=note, next_on=call_again)
    await _note(reseller, end("30110"), note="Proposer 2 ans.", next_on=today.isoformat())
    await _note(reseller, end("30107"), state="lost", lost_reason="replaced", note="Remplacé par un TS-464.")


async def _note(who: Caller, renewal: str, **noted: str) -> None:
    """Once: what people have noted since is not overwritten, and a start on a later day finds other ends."""
    path = f"/renewals/{renewal}"
    try:
        version = (await who.get(path))["version"]
    except Refused as refused:
        if refused.status != 404:
            raise
        return
    if version == 0:
        await who.patch(path, noted, if_match='"0"')
