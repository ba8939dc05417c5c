"""Names of resellers and clients that the back office gives go into e-mails: none holds the address of a site."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from api.contracts import ClientPut, ResellerPut

PARTY: dict[str, Any] = {"code": "X-1", "email": "x@exemple.fr"}


@pytest.mark.parametrize("model", [ResellerPut, ClientPut])
def test_a_party_is_called_like_a_company_and_not_like_a_page(model: Any) -> None:
    for name in ("Booking.com", "1&1", "OVH.com", "S.A.R.L. Dupont & Fils"):
        assert model(**PARTY, name=name).name == name
    for name in ("Gagnez sur http://evil.example", "www.evil.fr", "evil.example/login", "192.0.2.7"):
        with pytest.raises(ValidationError, match="address of a site"):
            model(**PARTY, name=name)
