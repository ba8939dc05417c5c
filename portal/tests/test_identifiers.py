"""Ids that come from outside."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from portal.api_client import ApiRefused
from portal.identifiers import filtered, identifier
from portal.page_request import PageRequest

ID = "53bbd928-b0f6-5754-93c2-b12629de7e91"


def page(value: str) -> PageRequest:
    asked: Any = SimpleNamespace(request=SimpleNamespace(path_params={"id": value}), query=lambda _: value)
    return cast(PageRequest, asked)


def test_an_id_is_read() -> None:
    assert str(identifier(page(ID))) == ID
    assert filtered(page(ID), "client_id") == (ID,)


@pytest.mark.parametrize("value", ["", "1", "../users", f"{ID}/x", f"urn:uuid:{ID}", f"{{{ID}}}", f"{ID}\n", "é" * 36])
def test_what_is_none_leads_nowhere_and_is_no_filter(value: str) -> None:
    with pytest.raises(ApiRefused):
        identifier(page(value))
    assert filtered(page(value), "client_id") == ()
