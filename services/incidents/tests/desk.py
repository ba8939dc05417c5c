"""A desk to work at in tests: what the neighbours of the incidents service tell, and what people do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

import httpx

from devkit.harness import CLIENT, RESELLER, SQP, Harness
from events import Address, organisation_id
from events.contracts import Article, ContractRegistered, Party
from events.files import FileBound
from events.identity import AddressChanged, OrganisationChanged, UserChanged
from web import clock
from web.auth.principal import Principal

NAS = Article(designation="NAS QNAP Tour", product_reference="TS-131K", serial_number="Q207B17555")
DISK = Article(designation="Disque dur", product_reference="ST1000VN002", serial_number="Z9CBPM5M")

ADDRESS = {
    "label": "Adresse principale",
    "street": "123 rue des tests",
    "complement": "",
    "postal_code": "69001",
    "city": "Lyon",
    "country": "FR",
    "email": "client_test@sqp.fr",
    "phone": "0123456789",
}


def party(kind: Any, code: str, name: str) -> Party:
    return Party(organisation_id=organisation_id(kind, code), code=code, name=name)


def cover(**changes: Any) -> ContractRegistered:
    today = clock.today()
    values: dict[str, Any] = {
        "version": 1,
        "number": "29962",
        "product_reference": "TS-131K-1TIW",
        "serial_number": "Q207B17555",
        "reseller": party("reseller", "REV-0001", "Revendeur Test"),
        "client": party("client", "CLI-0001", "Client Test"),
        "starts_on": today - timedelta(days=30),
        "warranty_ends_on": today + timedelta(days=335),
        "service_level": "Envoi express J+1",
        "articles": [NAS, DISK],
    }
    return ContractRegistered(**{**values, **changes})


def declaration(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "contract_number": "29962",
        "title": "Problème avec mon NAS",
        "nature": "defective",
        "serial_numbers": ["Q207B17555"],
        "description": "Le voyant clignote.\nLe disque aussi.",
        "delivery_address": {"address": ADDRESS},
    }
    return {**body, **changes}


def file_state(model: Any, file_id: UUID, by: Principal = RESELLER, **changes: Any) -> Any:
    values = {
        "version": 2,
        "file_id": file_id,
        "uploader_id": by.user_id,
        "organisation_id": by.organisation_id,
        "name": "document.txt",
        "media_type": "text/plain",
        "size": 12,
        "sha256": "0" * 64,
        "scan": "pending",
    }
    return model(**{**values, **changes})


@dataclass
class Desk:
    """``as_(someone)`` is an HTTP client of the service under /api/v1."""

    ADDRESS: ClassVar = ADDRESS
    NAS: ClassVar = NAS
    DISK: ClassVar = DISK
    party = staticmethod(party)
    cover = staticmethod(cover)
    declaration = staticmethod(declaration)
    file_state = staticmethod(file_state)

    harness: Harness
    _clients: list[httpx.AsyncClient] = field(default_factory=list)
    _declared: int = 0
    _sent: int = 0

    def as_(self, principal: Principal | None, **headers: str) -> httpx.AsyncClient:
        http = self.harness.client(principal, **headers)
        http.base_url = httpx.URL("http://service.test/api/v1")
        self._clients.append(http)
        return http

    async def close(self) -> None:
        for http in self._clients:
            await http.aclose()

    async def register(self, **changes: Any) -> None:
        assert await self.harness.deliver(cover(**changes)) == 1

    async def organisation(self, kind: Any, code: str, name: str, version: int = 1, **more: Any) -> UUID:
        identifier = organisation_id(kind, code)
        await self.harness.deliver(
            OrganisationChanged(
                version=version,
                organisation_id=identifier,
                kind=kind,
                code=code,
                name=name,
                email="a@b.fr",
                phone="01",
                **more,
            )
        )
        return identifier

    async def user(
        self, who: Principal, status: Any = "active", version: int = 1, login: str = "login", last_name: str = "Nom"
    ) -> None:
        assert who.user_id is not None
        assert who.organisation_id is not None
        assert who.organisation_kind is not None
        assert who.role is not None
        await self.harness.deliver(
            UserChanged(
                version=version,
                user_id=who.user_id,
                organisation_id=who.organisation_id,
                organisation_kind=who.organisation_kind,
                login=login,
                first_name="Prénom",
                last_name=last_name,
                email="a@b.fr",
                role=who.role,
                status=status,
            )
        )

    async def address(self, kind: Any, code: str, name: str, **changes: Any) -> UUID:
        address_id: UUID = changes.pop("address_id", None) or uuid4()
        await self.harness.deliver(
            AddressChanged(
                version=changes.pop("version", 1),
                address_id=address_id,
                organisation_id=organisation_id(kind, code),
                organisation_name=name,
                primary=changes.pop("primary", False),
                deleted=changes.pop("deleted", False),
                address=Address(**{**ADDRESS, **changes}),
            )
        )
        return address_id

    async def declare(self, by: Principal = RESELLER, **changes: Any) -> str:
        """Each under a title of its own, as a repeat would be refused."""
        self._declared += 1
        if self._declared > 1:
            changes.setdefault("title", f"Problème avec mon NAS ({self._declared})")
        answer = await self.as_(by).post("/incidents", json=declaration(**changes))
        assert answer.status_code == 201, answer.text
        number: str = answer.json()["number"]
        return number

    async def incident(self, number: str, by: Principal = SQP) -> dict[str, Any]:
        answer = await self.as_(by).get(f"/incidents/{number}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def try_move(self, number: str, status: str, by: Principal = SQP, **more: Any) -> httpx.Response:
        """Moves with the version that is current."""
        version = (await self.incident(number))["version"]
        if status == "pending":
            more.setdefault("reason", "stock")
        if status == "rejected":
            more.setdefault("note", "Le contrat ne couvre pas les chutes.")
        http = self.as_(by, **{"If-Match": f'"{version}"'})
        return await http.post(f"/incidents/{number}/status", json={"status": status, **more})

    async def move(self, number: str, *statuses: str, by: Principal = SQP, **more: Any) -> None:
        for status in statuses:
            answer = await self.try_move(number, status, by, **more)
            assert answer.status_code == 200, answer.text

    async def try_share(
        self, number: str, shared_with: str, *people: Principal, by: Principal = CLIENT
    ) -> httpx.Response:
        body = {"shared_with": shared_with, "people": [str(each.user_id) for each in people]}
        return await self.as_(by, **{"If-Match": "*"}).put(f"/incidents/{number}/sharing", json=body)

    async def share(self, number: str, shared_with: str = "organisation", *people: Principal) -> None:
        answer = await self.try_share(number, shared_with, *people)
        assert answer.status_code == 200, answer.text

    async def exchange(self, number: str, serial: str = NAS.serial_number, by: Principal = SQP, **more: Any) -> int:
        """A line for this product, approved where SQP asks for it; its number."""
        body = {"serial_number": serial, "approve": by is SQP, **more}
        answer = await self.as_(by).post(f"/incidents/{number}/exchanges", json=body)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["line"])

    async def line(self, number: str, line: int = 1, by: Principal = SQP) -> dict[str, Any]:
        answer = await self.as_(by).get(f"/incidents/{number}/exchanges")
        assert answer.status_code == 200, answer.text
        return next(dict(each) for each in answer.json()["items"] if each["line"] == line)

    async def try_step(self, number: str, step: str, line: int = 1, by: Principal = SQP, **more: Any) -> httpx.Response:
        version = (await self.line(number, line, by))["version"]
        http = self.as_(by, **{"If-Match": f'"{version}"'})
        return await http.post(f"/incidents/{number}/exchanges/{line}/steps", json={"step": step, **more})

    async def step(self, number: str, step: str, line: int = 1, by: Principal = SQP, **more: Any) -> dict[str, Any]:
        """The line afterwards."""
        answer = await self.try_step(number, step, line, by, **more)
        assert answer.status_code == 200, answer.text
        return await self.line(number, line, by)

    async def ship(self, number: str, *lines: int, **more: Any) -> str:
        """A parcel that has left, for these lines (the first where none is named), with a number of its own; its id."""
        self._sent += 1
        known = "XY123456785FR" if self._sent == 1 else f"XY{self._sent:09d}FR"
        body = {"lines": lines or [1], "carrier": "chronopost", "tracking_number": known, "shipped": True}
        answer = await self.as_(SQP).post(f"/incidents/{number}/shipments", json={**body, **more})
        assert answer.status_code == 201, answer.text
        identifier: str = answer.json()["id"]
        return identifier

    async def news(self, parcel: str, state: str, by: Principal = SQP, **more: Any) -> httpx.Response:
        return await self.as_(by).post(f"/shipments/{parcel}/news", json={"state": state, **more})

    async def post(self, number: str, thread: str, by: Principal, body: str = "Bonjour", **more: Any) -> httpx.Response:
        return await self.as_(by).post(f"/incidents/{number}/messages?thread={thread}", json={"body": body, **more})

    async def attach(self, number: str, scope: str, by: Principal, *file_ids: UUID) -> httpx.Response:
        body = {"file_ids": [str(file_id) for file_id in file_ids], "scope": scope}
        return await self.as_(by).post(f"/incidents/{number}/files", json=body)

    async def bound(
        self, number: str, scope: Any, file_id: UUID, by: Principal = RESELLER, **changes: Any
    ) -> FileBound:
        event: FileBound = file_state(FileBound, file_id, by, incident_number=number, scope=scope, **changes)
        await self.harness.deliver(event)
        return event

    async def attached(self, number: str, scope: Any, by: Principal = RESELLER) -> UUID:
        """A file attached by ``by`` and bound by the files service."""
        file_id = uuid4()
        answer = await self.attach(number, scope, by, file_id)
        assert answer.status_code == 201, answer.text
        await self.bound(number, scope, file_id, by)
        return file_id

    async def replaced(self, serial: str = "Q251I02233", **parcel: Any) -> str:
        """The number of an incident whose NAS is exchanged in advance, with the replacement delivered now."""
        await self.register()
        number = await self.declare()
        await self.exchange(number)
        await self.step(number, "reserve", serial_number=serial)
        await self.news(await self.ship(number, **parcel), "delivered")
        return number
