"""What is told of overdue returns before an incident is declared."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.incidents.overdue import OverdueReturns


@pytest.mark.parametrize(("count", "words"), [(0, ""), (1, "1 retour à SQP est en retard."), (3, "3 retours à SQP")])
async def test_overdue_returns_and_what_follows_are_told_before_declaring(
    browser: httpx.AsyncClient, services: Any, count: int, words: str
) -> None:
    services.returns = OverdueReturns(count=count, sentence="Aucun échange n’est accordé.")
    page = (await browser.get("/contrats/29962/declarer")).text.replace("\u00a0", " ")
    assert words in page
    assert ("Aucun échange n’est accordé." in page) is (count > 0)
    assert ('href="/echanges?stage=overdue"' in page) is (count > 0)
