"""What a client may do is on its page of the incident in one sentence, true in every state."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from api.incidents import Incident
from devkit.exchange_desk import INCIDENT_PATH
from devkit.exchange_samples import INCIDENT, NUMBER, back, line, parcel, replacement_back, reversed_line
from devkit.fake_upstream import Upstream, answer

PAGE = f"/incidents/{NUMBER}"
FILES = {"count": 20, "size": 1}
WRITES = {"next": [], "write": ["client"], "attach": ["client"], "files": FILES}
READS = {"next": [], "write": [], "attach": [], "files": FILES}


def to(*states: str) -> dict[str, Any]:
    return {**WRITES, "next": [{"status": state, "label": state, "reasons": []} for state in states]}


@pytest.fixture
def sentence(desk: Any, upstream: Upstream) -> Any:
    """What the page says where the incident and its exchanges are so."""

    async def say(*lines: Any, kind: str = "client", role: str = "administrator", **incident: Any) -> str | None:
        desk.log_in(kind, role)
        changed = {**INCIDENT, "threads": ["client"], "actions": WRITES, **incident}
        upstream.handlers[INCIDENT_PATH] = answer(Incident.model_validate(changed).model_dump(mode="json"))
        desk.holds(*lines)
        found = re.search(r'<p class="incident-deeds">(.*?)</p>', await desk.get(PAGE), re.DOTALL)
        return html.unescape(re.sub(r"<[^>]*>", "", found[1])).replace("\u00a0", " ") if found else None

    return say


@pytest.mark.parametrize(
    ("incident", "expected"),
    [
        ({"status": "new"}, "Vous pouvez écrire à Revendeur Test."),
        ({"status": "new", "actions": to("cancelled")},
         "Vous pouvez écrire à Revendeur Test et annuler l’incident."),
        ({"status": "in_diagnosis"}, "Vous pouvez écrire à Revendeur Test."),
        ({"status": "pending", "pending_reason": "waiting_client"}, "Vous pouvez répondre à Revendeur Test."),
        ({"status": "pending", "pending_reason": "stock"}, "Vous pouvez écrire à Revendeur Test."),
        ({"status": "exchange"}, "Vous pouvez écrire à Revendeur Test."),
        ({"status": "resolved", "closes_on": "2026-06-02", "actions": to("in_diagnosis")},
         "Vous pouvez écrire à Revendeur Test et rouvrir l’incident avant le 02/06/2026."),
        ({"status": "rejected"},
         "Vous pouvez écrire à Revendeur Test et déclarer un nouvel incident lié tant que le matériel est couvert."),
        ({"status": "closed", "actions": READS},
         "Vous pouvez lire la messagerie et déclarer un nouvel incident lié tant que le matériel est couvert."),
        ({"status": "cancelled", "actions": READS},
         "Vous pouvez lire la messagerie et déclarer un nouvel incident lié tant que le matériel est couvert."),
        ({"status": "closed", "actions": READS, "merged_into": "26051801"},
         "Vous pouvez écrire dans l’incident n° 26051801."),
    ],
)  # fmt: skip
async def test_each_state_says_what_the_client_may_do(sentence: Any, incident: Any, expected: str) -> None:
    assert await sentence(**incident) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("in_diagnosis", "Vous pouvez lire la messagerie, où seul un administrateur de votre société répond."),
        ("closed", "Vous pouvez lire la messagerie."),
    ],
)
async def test_who_only_reads_is_promised_nothing_else(sentence: Any, status: str, expected: str) -> None:
    assert await sentence(role="basic", status=status, actions=READS) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (line(shipments=[parcel(state="shipped")], actions=[]), "suivre le colis"),
        (line(shipments=[parcel(state="prepared")], actions=[]), "suivre l’échange"),
        (line(**{"return": back(due_on="2026-06-03")}), "renvoyer le matériel jusqu’au 03/06/2026 et suivre l’échange"),
        (line(**{"return": back(due_on="2026-06-03", is_overdue=True)}), "renvoyer le matériel et suivre l’échange"),
        (line(**{"return": back("in_transit")}), "suivre l’échange"),
        (reversed_line(replacement_return=replacement_back(due_on="2026-06-03")),
         "renvoyer le matériel jusqu’au 03/06/2026 et suivre l’échange"),
    ],
)  # fmt: skip
async def test_the_sentence_follows_the_parcels_of_the_exchange(sentence: Any, line: Any, expected: str) -> None:
    said = await sentence(line, status="exchange")
    glue = ", " if " et " in expected else " et "
    assert said == f"Vous pouvez écrire à Revendeur Test{glue}{expected}."


async def test_an_exchange_that_is_over_is_followed_no_more(sentence: Any) -> None:
    over = line(decision="closed", actions=[], **{"return": back("settled")})
    assert await sentence(over, status="in_diagnosis") == "Vous pouvez écrire à Revendeur Test."


async def test_the_sentence_is_the_clients_alone(sentence: Any) -> None:
    assert await sentence(kind="reseller", threads=["client", "sqp"]) is None
