"""A declaration under way: what was typed, kept by the incidents service for its person until it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4, uuid5

from gateway.portal.backend import Refused, ServiceAway
from gateway.portal.uploads import IDS
from gateway.portal.visit import Visit

DECLARATION = ("title", "nature", "description")
ADDRESS = ("street", "complement", "city", "postal_code", "country", "email", "phone")
TEXTS = (*DECLARATION, "address", *ADDRESS, "label", "linked_to")
# In the place of an address's id: the one typed below.
NEW = "new"


@dataclass(frozen=True)
class Typed:
    """``key`` makes a repeated send harmless; it lives as long as the draft."""

    texts: Mapping[str, str]
    serial_numbers: Sequence[str]
    file_ids: Sequence[str]
    saves_address: bool
    key: str

    @classmethod
    def fresh(cls, serial_numbers: Sequence[str], address: str) -> Typed:
        return cls({"address": address, "country": "FR"}, serial_numbers, (), False, str(uuid4()))

    @classmethod
    def of_form(cls, visit: Visit) -> Typed:
        sent = [str(one.file["id"]) for one in visit.sent if one.file]
        return cls(
            {name: visit.field(name) for name in TEXTS},
            visit.fields("serial_numbers"),
            list(dict.fromkeys([*visit.fields(IDS), *sent])),
            visit.field("save_address") == "on",
            visit.field("key") or str(uuid4()),
        )

    @classmethod
    def of_draft(cls, content: Mapping[str, Any]) -> Typed:
        """What :meth:`content` wrote; a draft of an older release may lack parts of it."""
        return cls(
            {name: str(content.get(name, "")) for name in TEXTS},
            [str(serial) for serial in content.get("serial_numbers", [])],
            [str(identifier) for identifier in content.get(IDS, [])],
            bool(content.get("save_address")),
            str(content.get("key") or uuid4()),
        )

    @property
    def content(self) -> dict[str, Any]:
        return {
            **self.texts,
            "serial_numbers": list(self.serial_numbers),
            IDS: list(self.file_ids),
            "save_address": self.saves_address,
            "key": self.key,
        }

    def get(self, name: str) -> str:
        return self.texts.get(name, "")

    @property
    def has_new_address(self) -> bool:
        return self.get("address") == NEW

    @property
    def new_address(self) -> dict[str, str]:
        return {name: self.get(name) for name in ADDRESS}

    def declaration(self, number: str) -> dict[str, Any]:
        """As ``POST /incidents`` takes it."""
        chosen = {"address": self.new_address} if self.has_new_address else {"address_id": self.get("address")}
        linked = {"linked_to": self.get("linked_to")} if self.get("linked_to") else {}
        return {
            **linked,
            **{name: self.get(name) for name in DECLARATION},
            "contract_number": number,
            "serial_numbers": list(self.serial_numbers),
            IDS: list(self.file_ids),
            "delivery_address": chosen,
        }

    def following(self, incident: str) -> Typed:
        """The same declaration, as what comes after an earlier incident; unchanged unless ``incident`` is a number."""
        is_number = incident.isascii() and incident.isdigit()
        return replace(self, texts={**self.texts, "linked_to": incident}) if is_number else self

    def renewed(self) -> Typed:
        return replace(self, key=str(uuid4()))


async def load(visit: Visit, number: str) -> dict[str, Any] | None:
    """The draft with its ``content`` and ``updated_at``."""
    try:
        return dict(await visit.get(_path(visit, number)))
    except Refused as refused:
        if refused.status == 404:
            return None
        raise


async def save(visit: Visit, number: str, typed: Typed) -> None:
    """Raises ServiceAway or Refused."""
    await visit.change("PUT", _path(visit, number), {"contract_number": number, "content": typed.content})


async def try_to_save(visit: Visit, number: str, typed: Typed) -> bool:
    """Where the form is shown anyway with everything in it."""
    try:
        await save(visit, number, typed)
    except (ServiceAway, Refused):
        return False
    return True


async def discard(visit: Visit, number: str) -> None:
    """A draft that stays behind expires by itself."""
    try:
        await visit.change("DELETE", _path(visit, number))
    except (ServiceAway, Refused):
        return


def _path(visit: Visit, number: str) -> str:
    """One draft per person and contract, whatever browser it is typed in."""
    person = visit.who.user_id
    assert isinstance(person, UUID)
    return f"/incident-drafts/{uuid5(person, number)}"
