"""Events as the publishers tell them, for a world of people whom everybody knows."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from joserfc.jwk import OKPKey
from services.notifications.tests.people import NAMES, actor, address

from devkit.harness import CLIENT, RESELLER, SQP
from events.contracts import ContractChanged, ContractExpiring, ContractExtended, ContractRegistered, Party
from events.desk import IncidentAssigned, PresenceChanged
from events.files import FileBindingRefused, FileBound
from events.identity import (
    AccountInvited,
    CredentialsChanged,
    EmailChangeAnnounced,
    EmailChangeRequested,
    LoggedInFromNewDevice,
    OrganisationChanged,
    PasswordResetRequested,
    RescueGranted,
    SecondFactorChanged,
    SignUpRequested,
    UserChanged,
)
from events.incidents import (
    Caller,
    ExchangeChanged,
    FileDetached,
    FilesAttached,
    IncidentClosingPostponed,
    IncidentDeclared,
    IncidentStatusChanged,
    MessagePosted,
    NoteWritten,
    PromiseMissed,
    ReturnReminded,
)
from events.samples import sample
from notifications.settings import DEVELOPMENT_MAIL_KEY
from web import clock
from web.auth.principal import Principal
from web.auth.sealing import seal

AT = datetime(2020, 12, 23, 17, 27, tzinfo=UTC)
EXCHANGE = UUID("b2f6c7ce-6d0e-4a3c-8f0e-1f6f6f4f9f10")
PARCEL = {
    "direction": "outbound",
    "carrier": "Chronopost",
    "tracking_number": "XY123456785FR",
    "tracking_url": "https://suivi.example/XY123456785FR",
}


def incident(by: Principal | None, **changes: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "number": "20122301",
        "contract_number": "29962",
        "title": "Problème avec mon NAS",
        "reseller_id": RESELLER.organisation_id,
        "client_id": CLIENT.organisation_id,
        "client_name": "Client Test",
        "status": "new",
        "actor": actor(by),
        "at": AT,
        **changes,
    }


def contract(**changes: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "number": "29962",
        "product_reference": "TS-131K-1TIW",
        "serial_number": "Q207B17555",
        "reseller": Party(organisation_id=RESELLER.organisation_id, code="REV-0001", name="Revendeur Test"),
        "client": Party(organisation_id=CLIENT.organisation_id, code="CLI-0001", name="Client Test"),
        "starts_on": "2020-12-09",
        "warranty_ends_on": "2023-12-09",
        "articles": [],
        **changes,
    }


def sealed(**payload: str) -> str:
    key = OKPKey.import_key(json.loads(DEVELOPMENT_MAIL_KEY))
    return seal(json.dumps(key.as_dict(private=False)), payload)


def mail_link(who: Principal, token: str, **changes: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "user_id": who.user_id,
        "organisation_id": who.organisation_id,
        "organisation_name": "Revendeur Test",
        "login": "rev-0001",
        "first_name": "Jean",
        "last_name": "Test",
        "email": "jean.test@revendeur.test",
        "sealed_token": sealed(token=token),
        "expires_at": datetime.now(UTC) + timedelta(days=7),
        **changes,
    }


class Facts:
    """Events as the publishers tell them; any field may be given another value."""

    at = AT

    def declared_for_a_caller(self, **changes: Any) -> IncidentDeclared:
        caller = Caller(
            user_id=None,
            name="M. Durand",
            organisation_id=RESELLER.organisation_id,
            organisation_kind="reseller",
            organisation_name="Revendeur Test",
        )
        return self.declared(SQP, on_behalf=caller, **changes)

    def declared(self, by: Principal | None = CLIENT, **changes: Any) -> IncidentDeclared:
        more = {"nature": "defective", "product_reference": "TS-131K-1TIW", "serial_numbers": ["Q207B17555"]}
        return IncidentDeclared(**incident(by, **{**more, **changes}))

    def status(self, status: str = "resolved", by: Principal | None = SQP, **changes: Any) -> IncidentStatusChanged:
        more = {"version": 2, "status": status, "previous_status": "in_diagnosis"}
        return IncidentStatusChanged(**incident(by, **{**more, **changes}))

    def postponed(self, by: Principal | None = CLIENT, **changes: Any) -> IncidentClosingPostponed:
        more = {"version": 6, "status": "resolved", "closes_on": "2021-01-06"}
        return IncidentClosingPostponed(**incident(by, **{**more, **changes}))

    def missed(self, **changes: Any) -> PromiseMissed:
        more = {"version": 6, "status": "in_diagnosis", "dispatch_on": "2020-12-24", "first_dispatch_on": "2020-12-24"}
        return PromiseMissed(**incident(None, **{**more, **changes}))

    def assigned(self) -> IncidentAssigned:
        return IncidentAssigned(version=2, number="20122301", at="2020-12-23T14:05:00Z")

    def present(self) -> PresenceChanged:
        return PresenceChanged(version=1_608_732_300_000, number="20122301", at="2020-12-23T14:05:00Z")

    def exchange(self, step: str = "shipped", by: Principal | None = SQP, **changes: Any) -> ExchangeChanged:
        """Of a line that is approved, in an exchange in advance; the parcel goes with the steps of parcels."""
        more = {
            "version": 7,
            "status": "exchange",
            "exchange_id": EXCHANGE,
            "line": 1,
            "step": step,
            "exchange_type": "advance_exchange",
            "decision": "approved",
            "serial_number": "Q207B17555",
            "product_reference": "TS-131K",
            "replacement_serial_number": "Q251I02233",
            "replacement_reference": "TS-131K",
            "dispatch": "delivered" if step == "delivered" else "shipped",
            "cover": "in_progress",
            "return_state": "expected",
            "parcel": PARCEL if step in ("shipped", "delivered", "label_sent") or "parcel" in step else None,
        }
        return ExchangeChanged(**incident(by, **{**more, **changes}))

    def reminded(self, days_left: int = 5, token: str = "secret-token", **changes: Any) -> ReturnReminded:
        due_on, expires_at = clock.today() + timedelta(days=days_left), datetime.now(UTC) + timedelta(days=35)
        more = {
            "version": 14,
            "status": "exchange",
            "exchange_id": EXCHANGE,
            "line": 1,
            "serial_number": "Q207B17555",
            "product_reference": "TS-131K",
            "return_due_on": due_on,
            "days_left": days_left,
            "threshold": days_left,
            "consequence": "warn",
            "sealed_token": sealed(token=token, expires_at=expires_at.isoformat()),
            "expires_at": expires_at,
        }
        return ReturnReminded(**incident(None, **{**more, **changes}))

    def message(self, thread: str = "client", by: Principal | None = CLIENT, **changes: Any) -> MessagePosted:
        more = {"version": 3, "message_id": uuid4(), "thread": thread, "excerpt": "Bonjour,\nle voyant est rouge."}
        return MessagePosted(**incident(by, **{**more, **changes}))

    def note(self, by: Principal = SQP, mentions: Any = (), writers: Any = (), **changes: Any) -> NoteWritten:
        people = {
            "mentioned_ids": [each.user_id for each in mentions],
            "writer_ids": [each.user_id for each in writers],
        }
        values = {"version": 4, "number": "20122301", "actor": actor(by), "at": AT, **people}
        return NoteWritten(**{**values, **changes})

    def files(self, scope: str = "declaration", by: Principal | None = CLIENT, **changes: Any) -> FilesAttached:
        more = {"version": 4, "file_ids": [uuid4()], "scope": scope, "at": AT + timedelta(hours=1)}
        return FilesAttached(**incident(by, **{**more, **changes}))

    def detached(self, scope: str = "declaration", by: Principal | None = CLIENT, **changes: Any) -> FileDetached:
        more = {"version": 5, "file_id": uuid4(), "scope": scope}
        return FileDetached(**incident(by, **{**more, **changes}))

    def bound(self, named: FilesAttached, which: int = 0, **changes: Any) -> FileBound:
        about = {"incident_number": named.number, "scope": named.scope, "uploader_id": named.actor.user_id}
        return FileBound(**{**sample(FileBound.type)["data"], **about, "file_id": named.file_ids[which], **changes})

    def refused(self, named: FilesAttached, which: int = 0, reason: str = "foreign") -> FileBindingRefused:
        about = {"incident_number": named.number, "reason": reason, "version": 1}
        return FileBindingRefused(file_id=named.file_ids[which], **about)

    def registered(self, **changes: Any) -> ContractRegistered:
        return ContractRegistered(**contract(**changes))

    def changed(self, **changes: Any) -> ContractChanged:
        return ContractChanged(**contract(version=2, **changes))

    def extended(self, **changes: Any) -> ContractExtended:
        more = {"version": 2, "warranty_ends_on": "2025-12-09", "previous_warranty_ends_on": "2023-12-09"}
        return ContractExtended(**contract(**{**more, **changes}))

    def expiring(self, days_left: int = 30, **changes: Any) -> ContractExpiring:
        return ContractExpiring(**contract(days_left=days_left, **changes))

    def invited(self, who: Principal = RESELLER, token: str = "secret-token", **changes: Any) -> AccountInvited:
        return AccountInvited(**mail_link(who, token, **{"purpose": "reseller_account", **changes}))

    def reset(self, who: Principal = RESELLER, token: str = "secret-token", **changes: Any) -> PasswordResetRequested:
        return PasswordResetRequested(**mail_link(who, token, **changes))

    def email_change(self, who: Principal = RESELLER, **changes: Any) -> EmailChangeRequested:
        return EmailChangeRequested(**mail_link(who, "secret-token", **changes))

    def email_announced(self, who: Principal = RESELLER, **changes: Any) -> EmailChangeAnnounced:
        more = {"new_email": "neuve@revendeur.test", **changes}
        return EmailChangeAnnounced(**mail_link(who, "secret-token", **more))

    def credentials(self, changed: str, who: Principal = RESELLER, **changes: Any) -> CredentialsChanged:
        more = {"changed": changed, "at": AT, **changes}
        return CredentialsChanged(**mail_link(who, "", **more))

    def rescued(self, who: Principal = RESELLER, **changes: Any) -> RescueGranted:
        return RescueGranted(**mail_link(who, "secret-token", **changes))

    def factor(self, change: str, who: Principal = RESELLER, **changes: Any) -> SecondFactorChanged:
        more = {"change": change, "at": AT, "left": 9 if change == "recovery_code_used" else None, **changes}
        return SecondFactorChanged(**mail_link(who, "", **more))

    def sign_up(self, **changes: Any) -> SignUpRequested:
        values = {
            "version": 1,
            "request_id": uuid4(),
            "client_id": CLIENT.organisation_id,
            "client_name": "Client Test",
            "reseller_id": RESELLER.organisation_id,
            "contract_number": "29962",
            "email": "quelquun@client.test",
        }
        return SignUpRequested(**{**values, **changes})

    def new_device(self, who: Principal = RESELLER, **changes: Any) -> LoggedInFromNewDevice:
        values = {
            "version": 1,
            "session_id": uuid4(),
            "user_id": who.user_id,
            "organisation_id": who.organisation_id,
            "device": "Firefox sur Linux",
            "address": "192.0.2.1",
            "at": AT,
        }
        return LoggedInFromNewDevice(**{**values, **changes})

    def user(self, who: Principal, **changes: Any) -> UserChanged:
        values = {
            "version": 1,
            "user_id": who.user_id,
            "organisation_id": who.organisation_id,
            "organisation_kind": who.organisation_kind,
            "login": NAMES.get(who, "someone"),
            "first_name": "Prénom",
            "last_name": NAMES.get(who, "someone"),
            "email": address(who),
            "role": who.role,
            "status": "active",
        }
        return UserChanged(**{**values, **changes})

    def organisation(self, who: Principal, **changes: Any) -> OrganisationChanged:
        values = {
            "version": 1,
            "organisation_id": who.organisation_id,
            "kind": who.organisation_kind,
            "code": "CODE",
            "name": "Nom",
        }
        return OrganisationChanged(**{**values, **changes})
