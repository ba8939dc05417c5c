"""A declaration under way: what was typed, kept by the incidents service for its person until it is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4, uuid5

from api.incidents import IncidentCreate
from api.incidents.drafts import Draft
from portal import callers, sharing
from portal.api_client import ApiRefused, ServiceUnavailable
from portal.callers import CALLERS
from portal.forms import Field, Form
from portal.identifiers import is_id
from portal.page_request import PageRequest
from portal.services import incidents
from portal.sharing import SHARING
from portal.translations import N_
from portal.uploads import IDS

NEW_ADDRESS = Form(
    Field("street", N_("N° et nom de rue"), path="delivery_address.address.street"),
    Field("complement", N_("Complément d’adresse"), needed=False, path="delivery_address.address.complement"),
    Field("city", N_("Ville"), path="delivery_address.address.city"),
    Field("postal_code", N_("Code postal"), path="delivery_address.address.postal_code"),
    Field("country", N_("Pays"), path="delivery_address.address.country"),
    Field("email", N_("E-mail"), path="delivery_address.address.email"),
    Field("phone", N_("Téléphone"), path="delivery_address.address.phone"),
)
DECLARATION = Form(
    Field("title", N_("Intitulé")),
    Field("nature", N_("Nature de l’incident")),
    Field("serial_numbers", N_("Produit(s) concerné(s)")),
    Field("description", N_("Descriptif")),
    Field("files", N_("Fichiers"), needed=False, path="file_ids"),
    *NEW_ADDRESS.fields,
    Field("address", N_("Adresse de livraison"), path="delivery_address"),
    *CALLERS.fields,
    *SHARING.fields,
    places={
        "unknown_serial": "serial_numbers",
        "unknown_address": "address",
        "unknown_caller": "caller",
        "unknown_reader": "readers",
    },
)
LISTS = ("serial_numbers", "files", "readers")
ADDRESS = tuple(each.name for each in NEW_ADDRESS.fields)
CALLER = tuple(each.name for each in CALLERS.fields)
APART = (*LISTS, *ADDRESS, *CALLER, "address", "shared_with")
OWN = tuple(each.name for each in DECLARATION.fields if each.name not in APART)
TEXTS = (*OWN, *CALLER, "address", *ADDRESS, "label", "linked_to", "shared_with")
WITHOUT_NEW_ADDRESS = Form(*(each for each in DECLARATION.fields if each.name not in ADDRESS))
# In the place of an address's id: the one typed below.
NEW = "new"
REVISION = re.compile("[0-9]{1,9}")


@dataclass(frozen=True)
class DeclarationForm:
    """``key`` makes a repeated send harmless; it lives as long as the draft."""

    texts: Mapping[str, str]
    serial_numbers: Sequence[str]
    file_ids: Sequence[str]
    saves_address: bool
    key: str
    readers: Sequence[str] = ()

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
            visit.fields("readers"),
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
            _texts(content.get("readers")),
        )

    @property
    def content(self) -> dict[str, object]:
        return {
            **self.texts,
            "serial_numbers": list(self.serial_numbers),
            IDS: list(self.file_ids),
            "save_address": self.saves_address,
            "key": self.key,
            "readers": list(self.readers),
        }

    @property
    def is_blank(self) -> bool:
        """Whether the form holds nothing beyond the values with which an empty form is shown."""
        typed = (*OWN, *CALLER, *(name for name in ADDRESS if name != "country"), "label")
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
        # The revision of the terms by which the page showed a promise; it belongs to the page, not to the draft.
        revision = visit.field("promise_revision")
        typed = {
            **{name: self.get(name) for name in OWN},
            **({"promise_revision": int(revision)} if REVISION.fullmatch(revision) else {}),
            "linked_to": self.get("linked_to") or None,
            "contract_number": number,
            "serial_numbers": self.serial_numbers,
            IDS: self.file_ids,
            "delivery_address": chosen,
            # The previous release of the service, which may still answer, knows no such field.
            **({"on_behalf": callers.on_behalf(self.texts)} if visit.may("sqp") else {}),
            **({"sharing": self.sharing} if self.is_shared(visit) else {}),
        }
        return visit.build(IncidentCreate, typed)

    @property
    def sharing(self) -> dict[str, object]:
        return sharing.wanted(self.get("shared_with"), self.readers)

    def is_shared(self, visit: PageRequest) -> bool:
        """Beyond the administrators, who see it anyway."""
        return visit.may("client") and self.sharing["shared_with"] != "administrators"

    def missing(self, page: PageRequest) -> dict[str, str]:
        """The fields that are needed and empty, each with its sentence."""
        missing = callers.missing(page, self.texts) if page.may("sqp") else {}
        if self.is_shared(page):
            missing |= sharing.missing(page, self.sharing)
        given = {**self.texts, "serial_numbers": "".join(self.serial_numbers)}
        if self.has_new_address:
            return missing | DECLARATION.missing(page, given)
        chosen = self.get("address") if is_id(self.get("address")) else ""
        return missing | WITHOUT_NEW_ADDRESS.missing(page, {**given, "address": chosen})

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


async def try_to_save(
    visit: PageRequest, number: str, typed: DeclarationForm
) -> ApiRefused | ServiceUnavailable | None:
    """Saves the draft of a form that is shown again anyway; returns why it could not be saved. An empty form
    is not saved, and neither is what another person typed before this log-in: it would replace one's own draft."""
    if typed.is_blank or (visit.is_resumed and visit.is_anothers and visit.owner):
        return None
    try:
        await save(visit, number, typed)
    except (ServiceUnavailable, ApiRefused) as failure:
        return failure
    return None


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
