"""SQP's desk as two people work at it: a colleague was handed an incident, the others are everybody's."""

from __future__ import annotations

from typing import Any

from demonstration.caller import Caller, eventually

COLLEAGUE = "Camille Durand"


async def tell(*, support: Caller) -> None:
    async def colleague() -> str | None:
        people: list[dict[str, Any]] = (await support.get("/desk/people"))["items"]
        return next((each["user_id"] for each in people if each["name"] == COLLEAGUE), None)

    camille = await eventually(colleague, what=f"{COLLEAGUE} at the desk")
    due = [row["number"] for row in (await support.get("/desk", sort="number"))["items"]]
    handed = {"user_id": camille, "note": "Tu connais ce modèle mieux que moi."}
    await support.post(f"/desk/{due[-1]}/assign", handed, key=f"demonstration desk {due[-1]}")
