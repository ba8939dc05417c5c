"""Who of a client's organisation reads an incident, beside its administrators."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from web.i18n import Invalid
from web.schemas import Answer, Request

# The administrators alone; also people who were chosen; everybody.
SharedWith = Literal["administrators", "people", "organisation"]
MAX_READERS = 200


class SharingPut(Request):
    """``people``: ids, which go with ``people`` and with nothing else."""

    shared_with: SharedWith
    people: Annotated[list[UUID], Field(max_length=MAX_READERS)] = Field(default_factory=list)

    @model_validator(mode="after")
    def people_of_people(self) -> Self:
        if (self.shared_with == "people") != bool(self.people):
            raise Invalid(
                "Choisissez au moins une personne, ou un autre partage.",
                "Choose at least one person, or share otherwise.",
            )
        return self


class Reader(Answer):
    user_id: UUID
    name: str


class Sharing(Answer):
    """``people`` whose role is not administrator and who read the incident by name, among them the one who declared it;
    of the client's organisation alone, which others do not see into. ``may_change``: whether the caller may."""

    shared_with: SharedWith
    people: list[Reader] = Field(default_factory=list)
    may_change: bool = False
