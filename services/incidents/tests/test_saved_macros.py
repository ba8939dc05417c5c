"""Which macros SQP's administrators may save."""

from __future__ import annotations

from typing import Any

import pytest
from services.incidents.tests.macros import WAITS, made

from devkit.harness import SQP


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"to_status": "pending"}, "to_reason"),
        ({"to_status": "resolved", "to_reason": "stock"}, "to_reason"),
        ({"exchange_type": "repair"}, "exchange_type"),
        ({"step": "cancel", "exchange_type": "repair", "note_fr": "Non"}, "exchange_type"),
        ({"to_status": "rejected"}, "note_fr"),
        ({"step": "reject"}, "note_fr"),
        ({"note_fr": "Pour rien"}, "note_fr"),
        ({"to_status": "resolved", "note_en": "English alone"}, "note_fr"),
    ],
)
async def test_a_macro_that_could_not_be_done_is_not_saved(desk: Any, fields: dict[str, str], field: str) -> None:
    body = {"title": "Incomplète", "body_fr": "Bonjour", **fields}
    refused = await desk.as_(SQP).post("/canned-answers", json=body)
    assert (refused.status_code, refused.json()["field"]) == (409, field), refused.text


async def test_a_name_that_is_not_on_the_list_is_refused_in_a_note_too(desk: Any) -> None:
    body = {"title": "Note", "body_fr": "Bonjour", **WAITS, "note_fr": "{x.y}"}
    refused = await desk.as_(SQP).post("/canned-answers", json=body)
    assert (refused.json()["code"], refused.json()["field"]) == ("unknown_name", "note_fr")


async def test_what_it_does_is_changed_and_taken_away(desk: Any) -> None:
    macro = await made(desk, **WAITS)
    http = desk.as_(SQP, **{"If-Match": '"1"'})
    assert (await http.patch(f"/canned-answers/{macro}", json={"to_reason": ""})).json()["field"] == "to_reason"
    assert (await http.patch(f"/canned-answers/{macro}", json={"to_status": "", "to_reason": ""})).status_code == 204
    assert (await desk.as_(SQP).get(f"/canned-answers/{macro}")).json()["does"] == []
