"""The base of every event: a CloudEvents 1.0 envelope around a typed payload that only grows."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal
from uuid import UUID, uuid4, uuid5

from pydantic import BaseModel, ConfigDict, Field

from events.times import Moment

TYPE_PATTERN = re.compile(r"^(?P<publisher>[a-z]+)\.[a-z_]+\.[a-z_]+\.v[1-9]\d*$")

# Any fixed namespace will do. It must never change, since every organisation's id depends on it.
ORGANISATION_NAMESPACE = UUID("5d0f1f3a-8a53-4a55-9f0d-0c3f3f0e2a11")

OrganisationKind = Literal["sqp", "reseller", "client"]
Role = Literal["administrator", "basic"]


def organisation_id(kind: OrganisationKind, code: str) -> UUID:
    """The id of an organisation from its business code, so that a service can name one that it does not know yet."""
    return uuid5(ORGANISATION_NAMESPACE, f"{kind}:{code}")


class Payload(BaseModel):
    """A nested part of an event. Unknown fields are ignored: publishers may add, consumers read what they need."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Event(Payload):
    """A fact in the past tense.

    ``type`` names publisher, aggregate, fact and version; ``aggregate_id`` is the CloudEvents subject; ``version`` is
    the aggregate's own counter, grown under its row lock; ``tenant_id`` is the organisation that the fact belongs to.
    """

    type: ClassVar[str]
    # Names of the fields that identify the aggregate, and the organisation it belongs to.
    aggregate: ClassVar[str]
    tenant: ClassVar[str | None] = None

    version: int = Field(ge=1)

    @property
    def aggregate_id(self) -> str:
        return str(getattr(self, self.aggregate))

    @property
    def tenant_id(self) -> UUID | None:
        owner: UUID | None = getattr(self, self.tenant) if self.tenant else None
        return owner

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        declared = cls.__dict__.get("type")
        if declared is not None and not TYPE_PATTERN.match(declared):
            raise TypeError(f"{cls.__name__}.type {declared!r} is not publisher.aggregate.fact.vN")


class Envelope(Payload):
    """A CloudEvents 1.0 event in structured JSON form, as it travels."""

    specversion: Literal["1.0"] = "1.0"
    id: UUID = Field(default_factory=uuid4)
    source: str
    type: str
    subject: str
    time: Moment = Field(default_factory=lambda: datetime.now(UTC))
    datacontenttype: Literal["application/json"] = "application/json"
    tenantid: UUID | None = None
    aggregateversion: int
    traceparent: str | None = None
    data: dict[str, Any]

    @classmethod
    def of(cls, event: Event, *, traceparent: str | None = None) -> Envelope:
        return cls(
            source=f"/{event.type.split('.', 1)[0]}",
            type=event.type,
            subject=event.aggregate_id,
            tenantid=event.tenant_id,
            aggregateversion=event.version,
            traceparent=traceparent,
            data=event.model_dump(mode="json"),
        )


class Address(Payload):
    """A delivery address. ``country`` is ISO 3166-1 alpha-2."""

    label: str
    street: str
    complement: str = ""
    postal_code: str
    city: str
    country: str
    email: str = ""
    phone: str = ""
