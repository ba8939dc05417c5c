"""Macros as SQP's administrators make them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from devkit.harness import SQP

TEXT = "Bonjour {revendeur.nom}, des photos de {produit.serie} ?"
WAITS = {"to_status": "pending", "to_reason": "waiting_reseller"}
GRANTS = {"step": "approve", "exchange_type": "advance_exchange"}
REFUSES = {"to_status": "rejected", "note_fr": "La garantie de {client.nom|votre client} est passée."}


async def made(desk: Any, **changes: Any) -> str:
    body = {"title": f"Macro {uuid4().hex[:8]}", "body_fr": TEXT, **changes}
    answer = await desk.as_(SQP).post("/canned-answers", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
