"""The page of SQP's rules of exchanges."""

from __future__ import annotations

from typing import Any

import pytest

from api.incidents.exchange_settings import ExchangeSettings
from devkit.exchange_samples import AT
from devkit.fake_upstream import Upstream

RULES = "/parametres/echanges"


@pytest.fixture
def rules(desk: Any, upstream: Upstream) -> Any:
    desk.log_in("sqp")
    level = {"service_level": "Envoi express J+1", "return_days": 10}
    settings = ExchangeSettings.model_validate(
        {"revision": 2, "return_days": 15, "by_service_level": [level], "extension_days": 7,
         "presumed_delivered_days": 7, "overdue": "warn", "return_address": "SQP", "changed_at": AT,
         "changed_by_name": "Ada"}
    )  # fmt: skip
    upstream.handlers["/api/v1/exchange-settings"] = desk.changing(settings.model_dump(mode="json"), etag='"2"')
    return desk


async def test_sqp_changes_its_rules_of_exchanges(rules: Any) -> None:
    assert "Modifiée par Ada le 19/05/2026 10:00." in await rules.get(RULES)
    typed = {"return_days": "20", "extension_days": "5", "presumed_delivered_days": "9", "overdue": "standard"}
    assert await rules.post(f"{RULES}/regle", etag='"2"', **typed) == (303, RULES)
    [(path, headers, body)] = rules.sent
    assert (path, headers["if-match"]) == ("/exchange-settings", '"2"')
    days = {"return_days": 20, "extension_days": 5, "presumed_delivered_days": 9}
    assert body == {**days, "overdue": "standard", "return_address": ""}


@pytest.mark.parametrize("days", ["", "x", "0", "91", "1.5", "99999999"])
async def test_days_that_are_none_are_said_at_their_field(rules: Any, days: str) -> None:
    typed = {"return_days": days, "extension_days": "5", "presumed_delivered_days": "9", "overdue": "standard"}
    status, page = await rules.post(f"{RULES}/regle", etag='"2"', **typed)
    assert (status, rules.sent) == (422, [])
    assert 'id="return_days-wrong"' in page


async def test_days_by_service_level_are_replaced_as_a_whole(rules: Any) -> None:
    levels = {"service_level": ["J+1", " ", "J+2"], "days": ["10", "", "12"]}
    assert await rules.post(f"{RULES}/niveaux", etag='"2"', **levels) == (303, RULES)
    wanted = [{"service_level": "J+1", "return_days": 10}, {"service_level": "J+2", "return_days": 12}]
    assert rules.sent[0][2] == {"by_service_level": wanted}
    status, page = await rules.post(f"{RULES}/niveaux", etag='"2"', service_level="Express <3>", days="")
    assert status == 422
    assert 'value="Express &lt;3&gt;"' in page
    assert "Délais par niveau de service :" in page


async def test_rules_that_another_changed_meanwhile_are_shown(rules: Any) -> None:
    rules.refusal = (412, {"code": "precondition_failed", "title": "Périmé."})
    typed = {"return_days": "20", "extension_days": "7", "presumed_delivered_days": "7", "overdue": "warn"}
    status, page = await rules.post(f"{RULES}/regle", etag='"1"', **typed)
    assert status == 412
    assert "la valeur actuelle est « 15 »." in page
    assert 'value="20"' in page
