"""One embedded stack with its demonstration data for all that is hostile, and everybody who may call it."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil
import pytest

from demonstration import seeding
from devstack.testing.embedded import EmbeddedStack

# Seconds; a token lives for 60.
FRESH = 45


@pytest.fixture(scope="session")
async def stack() -> AsyncIterator[EmbeddedStack]:
    folder = Path(tempfile.mkdtemp(prefix="sqp-hostile-"))
    running = EmbeddedStack(folder)
    with pytest.MonkeyPatch.context() as environment:
        # All callers share one address and ask as fast as they can.
        environment.setenv("GATEWAY_RATE_LIMITED", "false")
        await running.start()
    try:
        yield running
    finally:
        await running.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def services(stack: EmbeddedStack) -> dict[str, str]:
    """The address of each service, which only its own process knows."""
    listening = [each for each in psutil.Process(stack.pid).net_connections("tcp4") if each.status == "LISTEN"]
    urls = [f"http://127.0.0.1:{each.laddr.port}" for each in listening]
    titles = {url: title for url in urls if (title := _title(url)).startswith("SQP ")}
    return {title.removeprefix("SQP "): url for url, title in titles.items()}


def _title(url: str) -> str:
    """Of what is documented there; empty where no HTTP is spoken."""
    try:
        answer = httpx.get(f"{url}/openapi.json")
    except httpx.HTTPError:
        return ""
    return str(answer.json()["info"]["title"]) if answer.status_code == 200 else ""


class Role:
    """One of those who call. ``login`` None is anonymous."""

    def __init__(self, url: str, name: str, login: str | None, password: str = seeding.PASSWORD) -> None:
        self.name = name
        self._password = password
        self._url = url
        self._login = login
        self._token = ""
        self._since = float("-inf")

    def headers(self) -> dict[str, str]:
        if self._login is None:
            return {}
        if time.monotonic() - self._since > FRESH:
            self._token, self._since = self._new_token(), time.monotonic()
        return {"Authorization": f"Bearer {self._token}"}

    def log_in_again(self) -> None:
        """Before the next call: some cases end the very session that they are sent in."""
        self._since = float("-inf")

    def _new_token(self) -> str:
        if self._login == seeding.ACCOUNT:
            form = {"grant_type": "client_credentials", "client_id": self._login, "client_secret": seeding.SECRET}
            answer = httpx.post(f"{self._url}/api/v1/oauth/token", data=form)
        else:
            who = {"login": self._login, "password": self._password}
            answer = httpx.post(f"{self._url}/api/v1/auth/login", json=who)
        return str(answer.raise_for_status().json()["access_token"])


LOGINS = {
    "SQP administrator": "sqp_support",
    "reseller administrator": "revendeur_test",
    "reseller basic": "revendeur_basique",
    "client administrator": "client_test",
    "client basic": "cliente_testeuse",
    "service account": seeding.ACCOUNT,
    "anonymous": None,
}


@pytest.fixture(scope="session")
def roles(stack: EmbeddedStack) -> list[Role]:
    return [Role(stack.url, name, login) for name, login in LOGINS.items()]
