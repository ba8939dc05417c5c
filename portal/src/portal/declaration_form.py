"""A declaration under way: what was typed, kept by the incidents service for its person until it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4, uuid5

from api.incidents import IncidentCreate
from api.incidents.drafts import Draft
from portal.api_client import ApiRefused, ServiceUnavailable
from portal.page_request import PageRequest
from portal.services import incidents
from portal.uploads import IDS

DECLARATION = ("title", "nature", "description")
ADDRESS = ("street", "complement", "city", "postal_code", "country", "email", "phone")
TEXTS = (*DECLARATION, "address", *ADDRESS, "label", "linked_to")
# In the place of an address's id: the one typed below.
NEW = "new"


@dataclass(frozen=True)
class DeclarationForm:
    """``key`` makes a repeated send harmless; it lives as long as the draft."""

    texts: Mapping[str, str]
    serial_numbers: Sequence[str]
    file_ids: Sequence[str]
    saves_address: bool
    key: str

    @classmethod
    def fresh(cls, serial_numbers: Sequence[str], address: str) -> DeclarationForm:
        return cls({"address": address, "country": "FR"}, serial_numbers, (), False, str(uuid4()))

    @classmethod
    def of_form(cls, visit: PageRequest) -> DeclarationForm:
        sent = [str(one.file.id) for one in visit.sent if one.file]
        return cls(
            {name: visit.field(name) for name in TEXTS},
            visit.fields("serial_numbers"),
            list(dict.fromkeys([*visit.fields(IDS), *sent])),
            visit.field("save_address") == "on",
            visit.field("key") or str(uuid4()),
        )

    @classmethod
    def of_draft(cls, content: Mapping[str, object]) -> DeclarationForm:
        """What :meth:`content` wrote; a draft of an older release may lack parts of it."""
        return cls(
            {name: str(content.get(name, "")) for name in TEXTS},
            _texts(content.get("serial_numbers")),
            _texts(content.get(IDS)),
            bool(content.get("save_address")),
            str(content.get("key") or uuid4()),
        )

    @property
    def content(self) -> dict[str, object]:
        return {
            **self.texts,
            "serial_numbers": list(self.serial_numbers),
            IDS: list(self.file_ids),
            "save_address": self.saves_address,
            "key": self.key,
        }

    @property
    def is_blank(self) -> bool:
        """Nobody has typed, attached or ticked anything that the fresh form does not hold by itself."""
        typed = (*DECLARATION, *(name for name in ADDRESS if name != "country"), "label")
        return not (self.file_ids or any(self.get(name) for name in typed))

    def get(self, name: str) -> str:
        return self.texts.get(name, "")

    @property
    def has_new_address(self) -> bool:
        return self.get("address") == NEW

    @property
    def new_address(self) -> dict[str, str]:
        return {name: self.get(name) for name in ADDRESS}

    def declaration(self, visit: PageRequest, number: str) -> IncidentCreate:
        """Raises ApiRefused for what was typed wrongly."""
        chosen = {"address": self.new_address} if self.has_new_address else {"address_id": self.get("address")}
        typed = {
            **{name: self.get(name) for name in DECLARATION},
            "linked_to": self.get("linked_to") or None,
            "contract_number": number,
            "serial_numbers": self.serial_numbers,
            IDS: self.file_ids,
            "delivery_address": chosen,
        }
        return visit.build(IncidentCreate, typed)

    def following(self, incident: str) -> DeclarationForm:
        """The same declaration, as what comes after an earlier incident; unchanged unless ``incident`` is a number."""
        is_number = incident.isascii() and incident.isdigit()
        return replace(self, texts={**self.texts, "linked_to": incident}) if is_number else self

    def renewed(self) -> DeclarationForm:
        return replace(self, key=str(uuid4()))


async def load(visit: PageRequest, number: str) -> Draft | None:
    try:
        return await incidents.draft(visit, _id(visit, number))
    except ApiRefused as refused:
        if refused.status == 404:
            return None
        raise


async def save(visit: PageRequest, number: str, typed: DeclarationForm) -> None:
    """Raises ServiceUnavailable or ApiRefused."""
    draft = {"contract_number": number, "content": typed.content}
    await incidents.keep_draft(visit, _id(visit, number), draft)


async def try_to_save(visit: PageRequest, number: str, typed: DeclarationForm) -> bool:
    """Where the form is shown anyway with everything in it. An empty form is no draft to come back to."""
    if typed.is_blank:
        return True
    try:
        await save(visit, number, typed)
    except (ServiceUnavailable, ApiRefused):
        return False
    return True


async def discard(visit: PageRequest, number: str) -> None:
    """A draft that stays behind expires by itself."""
    try:
        await incidents.discard_draft(visit, _id(visit, number))
    except (ServiceUnavailable, ApiRefused):
        return


def _id(visit: PageRequest, number: str) -> UUID:
    """One draft per person and contract, whatever browser it is typed in."""
    person = visit.who.user_id
    assert isinstance(person, UUID)
    return uuid5(person, number)


def _texts(value: object) -> list[str]:
    """A draft may have been written past the portal."""
    return [str(held) for held in value] if isinstance(value, list) else []
