"""The page of what was mailed holds links that open accounts: it answers to the names of this machine alone."""

from __future__ import annotations

import httpx
import pytest

from devkit.servers.mail import MailCatcher
from devstack import mail_page


@pytest.mark.parametrize(
    ("listens_on", "named", "status"),
    [
        ("127.0.0.1", "localhost:8081", 200),
        ("127.0.0.1", "127.0.0.1:8081", 200),
        ("127.0.0.1", "rebound.example:8081", 400),
        ("127.0.0.1", "localhost.evil.example", 400),
        ("0.0.0.0", "workstation.lan:8081", 200),
    ],
)
async def test_it_answers_to_its_own_names(listens_on: str, named: str, status: int) -> None:
    transport = httpx.ASGITransport(mail_page.app(MailCatcher(), listens_on))
    async with httpx.AsyncClient(transport=transport, base_url="http://page", headers={"Host": named}) as http:
        for path in ("/", "/messages"):
            assert (await http.get(path)).status_code == status
