"""The incidents service with one incident's exchanges, as the portal's tests program it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import aiohttp
from starlette.types import Receive, Scope, Send

from api.incidents import History, Incident
from devkit.exchange_samples import INCIDENT, NUMBER, PARCEL, exchanges, line
from devkit.fake_upstream import PublishedKeys, Site, Upstream, answer, read
from web.auth.principal import Principal

INCIDENT_PATH = f"/api/v1/incidents/{NUMBER}"


class Desk:
    """Stands for the incidents service; ``sent`` is what it was asked to do. ``refusal`` answers every change.
    ``form_token`` is the portal's."""

    def __init__(
        self, upstream: Upstream, keys: PublishedKeys, site: Site, form_token: Callable[[str, str], str]
    ) -> None:
        self._form_token = form_token
        self._upstream = upstream
        self._keys = keys
        self._http = site.http
        self.sent: list[tuple[str, dict[str, str], Any]] = []
        self.refusal: tuple[int, dict[str, Any]] | None = None
        incident = Incident.model_validate(INCIDENT).model_dump(mode="json")
        upstream.handlers[INCIDENT_PATH] = answer(incident)
        upstream.handlers[f"{INCIDENT_PATH}/history"] = answer(History(items=[]).model_dump(mode="json"))
        upstream.handlers["/api/v1/notifications/unread"] = answer({"items": []})
        upstream.handlers["/api/v1/notifications"] = answer({"items": [], "total": 0, "unread_count": 0})
        self.log_in("reseller")
        self.holds(line())

    def log_in(self, kind: Any, role: Any = "administrator") -> None:
        person = Principal(
            subject=str(uuid4()), user_id=uuid4(), organisation_id=uuid4(), organisation_kind=kind, role=role, name="Z"
        )  # fmt: skip
        token = self._keys.token(person=person)
        self._upstream.handlers["/api/v1/auth/exchange"] = answer({"access_token": token, "expires_in": 60})
        self.csrf = self._form_token("jeton", person.subject)
        self.session = uuid4().hex
        self._cookies = f"__Host-session={self.session}"

    def leave(self, cookie: str) -> None:
        """From now on the visitor is logged out, and the browser holds ``cookie``."""
        self._cookies = cookie
        self.csrf = self._form_token("jeton", "")

    def holds(self, *lines: dict[str, Any], **changes: Any) -> None:
        self._upstream.handlers[f"{INCIDENT_PATH}/exchanges"] = self.changing(exchanges(*lines, **changes))
        for each in lines:
            taken = {name: each[name] for name in ("id", "incident_number", "line", "version", "decision")}
            body = json.loads(json.dumps(taken, default=str))
            self._upstream.handlers[f"{INCIDENT_PATH}/exchanges/{each['line']}/steps"] = self.changing(body)
        prepared = {"id": str(PARCEL), "incident_number": NUMBER, "carrier": "other", "tracking_number": "",
                    "state": "prepared"}  # fmt: skip
        self._upstream.handlers[f"{INCIDENT_PATH}/shipments"] = self.changing(prepared)
        self._upstream.handlers[f"/api/v1/shipments/{PARCEL}/news"] = self.changing(prepared)
        self._upstream.handlers[f"{INCIDENT_PATH}/statements"] = self.changing({})

    def changing(self, body: Any, **sent: Any) -> Any:
        """Answers ``body``, with the headers ``sent``, and notes what changes."""

        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["method"] == "GET":
                await answer(body, **sent)(scope, receive, send)
                return
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            self.sent.append((scope["path"].removeprefix("/api/v1"), headers, json.loads(await read(receive))))
            taken = {"id": str(uuid4()), "incident_number": NUMBER, "line": 1, "version": 1, "decision": "requested"}
            status, said = self.refusal or (200, taken if scope["path"] == f"{INCIDENT_PATH}/exchanges" else body)
            await answer(said, status)(scope, _nothing, send)

        return handle

    async def get(self, path: str, language: str = "fr", status: int = 200) -> str:
        async with self._http.get(path, headers=self._headers(language)) as got:
            assert got.status == status, await got.text()
            return plain(await got.text())

    async def post(self, path: str, **fields: Any) -> tuple[int, str]:
        form = aiohttp.FormData({"csrf": self.csrf})
        for name, value in fields.items():
            for each in value if isinstance(value, list) else [value]:
                form.add_field(name, each)
        headers = {**self._headers(), "Origin": "http://localhost:8080"}
        async with self._http.post(path, data=form, headers=headers, allow_redirects=False) as got:
            return got.status, plain(await got.text()) or got.headers.get("Location", "")

    def _headers(self, language: str = "fr") -> dict[str, str]:
        return {"Cookie": f"{self._cookies}; __Host-csrf=jeton", "Accept-Language": language}


async def _nothing() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


def plain(page: str) -> str:
    return page.replace("\u00a0", " ")
