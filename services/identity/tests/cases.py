"""Every operation of identity: who may, who may not, and a body that it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chassis.http.unit_of_work import SAFE_METHODS
from devkit.harness import (
    CLIENT,
    CLIENT_BASIC,
    OTHER_CLIENT,
    OTHER_RESELLER,
    RESELLER,
    RESELLER_BASIC,
    SQP,
    back_office,
    person,
)
from web.auth.principal import Principal

ADDRESS = {"label": "Dépôt", "street": "1 rue du Test", "postal_code": "69001", "city": "Lyon", "country": "FR"}


USER = {"login": "nouveau", "first_name": "N", "last_name": "O", "email": "n@exemple.fr", "role": "basic"}


PASSWORD = {"current": "un mot de passe de test", "new": "un tout nouveau mot de passe"}


OFFICE = back_office("identity:write")


SQP_BASIC = person("sqp", "SQP", "basic")


EVERYBODY = (SQP, SQP_BASIC, RESELLER, RESELLER_BASIC, CLIENT, CLIENT_BASIC)


@dataclass(frozen=True)
class Case:
    """Who may: ``owner`` does it; ``refused`` get 403; ``foreign`` get the 404 of a record that does not exist."""

    owner: Principal
    status: int = 200
    refused: tuple[Principal, ...] = ()
    foreign: tuple[Principal, ...] = ()
    body: Any = None
    versioned: bool = False


READERS = (back_office("identity:write", "contracts:read"),)


BASIC = (SQP_BASIC, RESELLER_BASIC, CLIENT_BASIC, *READERS)


NO_CLIENTS = (CLIENT, CLIENT_BASIC, *READERS)


CLIENT_MANAGERS = (CLIENT, CLIENT_BASIC, RESELLER_BASIC, SQP_BASIC, *READERS)


STRANGERS = (OTHER_RESELLER, CLIENT, OTHER_CLIENT, SQP)


CASES: dict[str, Case] = {
    "GET /me": Case(CLIENT_BASIC, refused=READERS),
    "PATCH /me": Case(CLIENT_BASIC, refused=READERS, body={"phone": "0123456789"}, versioned=True),
    "POST /me/password": Case(CLIENT_BASIC, 204, refused=READERS, body=PASSWORD),
    "POST /me/pending-email/link": Case(CLIENT_BASIC, 409, refused=READERS),
    "DELETE /me/pending-email": Case(CLIENT_BASIC, 204, refused=READERS),
    "GET /auth/factors": Case(CLIENT_BASIC, refused=READERS),
    "POST /auth/proof": Case(CLIENT_BASIC, 204, refused=READERS, body={"password": PASSWORD["current"]}),
    # Unproven, and without a factor.
    "POST /auth/factors/application": Case(CLIENT_BASIC, 409, refused=READERS),
    "POST /auth/factors/application/confirm": Case(CLIENT_BASIC, 409, refused=READERS, body={"code": "123456"}),
    "DELETE /auth/factors/application": Case(CLIENT_BASIC, 409, refused=READERS),
    "POST /auth/proof/passkey": Case(CLIENT_BASIC, refused=READERS),
    "POST /auth/factors/passkeys/options": Case(CLIENT_BASIC, 409, refused=READERS),
    "POST /auth/factors/passkeys": Case(
        CLIENT_BASIC, 409, refused=READERS, body={"name": "Clé", "credential": {"rawId": "a"}}
    ),
    "DELETE /auth/factors/passkeys/{passkey}": Case(CLIENT_BASIC, 409, refused=READERS),
    "POST /auth/factors/recovery-codes": Case(CLIENT_BASIC, 409, refused=READERS),
    "GET /me/lists/contracts": Case(CLIENT_BASIC, refused=READERS),
    "PUT /me/lists/contracts/hidden-columns": Case(CLIENT_BASIC, 204, refused=READERS, body={"columns": ["client"]}),
    "POST /me/lists/contracts/views": Case(
        CLIENT_BASIC, 201, refused=READERS, body={"name": "Échus", "query": "validity=expired"}
    ),
    "GET /me/lists/contracts/views/{view}": Case(RESELLER, refused=READERS, foreign=(RESELLER_BASIC, *STRANGERS)),
    "PATCH /me/lists/contracts/views/{view}": Case(
        RESELLER, 204, refused=READERS, foreign=(RESELLER_BASIC, *STRANGERS), body={"name": "Échus"}, versioned=True
    ),
    "DELETE /me/lists/contracts/views/{view}": Case(
        RESELLER, 204, refused=READERS, foreign=(RESELLER_BASIC, *STRANGERS), versioned=True
    ),
    "GET /sessions": Case(CLIENT_BASIC, refused=READERS),
    "DELETE /sessions": Case(CLIENT_BASIC, 204, refused=READERS),
    "DELETE /sessions/{session}": Case(RESELLER, 204, refused=READERS, foreign=(RESELLER_BASIC, *STRANGERS)),
    "GET /organisation": Case(CLIENT_BASIC, refused=READERS),
    "PATCH /organisation": Case(CLIENT, refused=BASIC, body={"phone": "0123456789"}, versioned=True),
    # Unproven, as is every session of these tests.
    "PUT /organisation/second-factor": Case(CLIENT, 409, refused=BASIC, body={"required": True}),
    "DELETE /users/{user}/factors": Case(RESELLER, 409, refused=BASIC),
    "GET /rescues": Case(SQP, refused=(RESELLER, CLIENT, SQP_BASIC, *READERS)),
    "POST /rescues": Case(
        SQP,
        409,
        refused=(RESELLER, CLIENT, SQP_BASIC, *READERS),
        body={"login": "revendeur", "reason": "rappelé au numéro du contrat"},
    ),
    "POST /rescues/{rescue}/confirm": Case(SQP, 409, refused=(RESELLER, CLIENT, SQP_BASIC, *READERS)),
    "POST /rescues/{rescue}/refuse": Case(SQP, 204, refused=(RESELLER, CLIENT, SQP_BASIC, *READERS)),
    "GET /users": Case(RESELLER_BASIC, refused=READERS),
    "POST /users": Case(RESELLER, 201, refused=BASIC, body=USER),
    "GET /users/{user}": Case(RESELLER_BASIC, refused=READERS, foreign=STRANGERS),
    "PATCH /users/{user}": Case(
        RESELLER, refused=BASIC, foreign=STRANGERS, body={"phone": "0123456789"}, versioned=True
    ),
    "DELETE /users/{user}": Case(RESELLER, 204, refused=BASIC, foreign=STRANGERS),
    "POST /users/{invited}/invitation": Case(RESELLER, 202, refused=BASIC, foreign=STRANGERS),
    "GET /audit/identity": Case(CLIENT, refused=BASIC),
    "GET /addresses": Case(CLIENT_BASIC, refused=READERS),
    "POST /addresses": Case(CLIENT, 201, refused=BASIC, body=ADDRESS),
    "GET /addresses/{address}": Case(RESELLER_BASIC, refused=READERS, foreign=STRANGERS),
    "PATCH /addresses/{address}": Case(
        RESELLER, refused=BASIC, foreign=STRANGERS, body={"city": "Paris"}, versioned=True
    ),
    "DELETE /addresses/{address}": Case(RESELLER, 204, refused=BASIC, foreign=STRANGERS),
    "GET /clients": Case(RESELLER_BASIC, refused=NO_CLIENTS),
    "POST /clients": Case(RESELLER, 201, refused=CLIENT_MANAGERS, body={"name": "C"}),
    "GET /clients/{client}": Case(RESELLER_BASIC, refused=NO_CLIENTS, foreign=(OTHER_RESELLER,)),
    "GET /clients/{client}/users": Case(RESELLER_BASIC, refused=NO_CLIENTS, foreign=(OTHER_RESELLER,)),
    "PATCH /clients/{client}": Case(
        RESELLER, refused=CLIENT_MANAGERS, foreign=(OTHER_RESELLER,), body={"phone": "0123456789"}, versioned=True
    ),
    "POST /clients/{client}/access": Case(
        RESELLER, refused=CLIENT_MANAGERS, foreign=(OTHER_RESELLER,), body={"open": False}, versioned=True
    ),
    "GET /sign-up-requests": Case(RESELLER_BASIC, refused=NO_CLIENTS),
    "GET /sign-up-requests/{request}": Case(RESELLER_BASIC, refused=NO_CLIENTS, foreign=(OTHER_RESELLER,)),
    "POST /sign-up-requests/{request}/approve": Case(
        RESELLER, refused=CLIENT_MANAGERS, foreign=(OTHER_RESELLER,), versioned=True
    ),
    "POST /sign-up-requests/{request}/refuse": Case(
        RESELLER, refused=CLIENT_MANAGERS, foreign=(OTHER_RESELLER,), versioned=True
    ),
    "GET /resellers": Case(SQP_BASIC, refused=(RESELLER, CLIENT, *READERS)),
    "GET /resellers/{reseller}": Case(SQP_BASIC, refused=(RESELLER, CLIENT, *READERS)),
    "GET /resellers/{reseller}/users": Case(SQP_BASIC, refused=(RESELLER, CLIENT, *READERS)),
    "POST /resellers/{reseller}/invitation": Case(
        SQP, 201, refused=(RESELLER, CLIENT, SQP_BASIC, *READERS), body={"email": "nouveau@exemple.fr"}
    ),
    "POST /clients/{client}/invitation": Case(
        RESELLER, 201, refused=CLIENT_MANAGERS, foreign=(OTHER_RESELLER,), body={"email": "nouveau@exemple.fr"}
    ),
    "GET /invitations": Case(RESELLER_BASIC, refused=NO_CLIENTS),
    "GET /invitations/{waiting}": Case(RESELLER_BASIC, refused=NO_CLIENTS, foreign=(OTHER_RESELLER,)),
    "POST /invitations/{waiting}/again": Case(
        RESELLER, refused=CLIENT_MANAGERS, foreign=(OTHER_RESELLER,), body={"email": "corrige@exemple.fr"}
    ),
    "PUT /backoffice/resellers/REV-1": Case(
        OFFICE, 201, refused=(*EVERYBODY, back_office("contracts:write")), body={"name": "R"}
    ),
    "PUT /backoffice/clients/CLI-1": Case(
        OFFICE,
        201,
        refused=(*EVERYBODY, back_office("contracts:write")),
        body={"name": "C", "reseller_code": "REV-0001"},
    ),
}


MISSING = "7b1c64a8-0f58-4d1c-9d69-111111111111"


async def send(world: Any, name: str, case: Case, caller: Principal | None, ids: dict[str, str]) -> Any:
    method, path = name.split(" ", 1)
    headers = {"If-Match": "*"} if case.versioned else {}
    return await world.call(method, path.format_map(ids), caller, json=case.body, headers=headers)


WRITES = [name for name in CASES if name.split(" ", 1)[0] not in SAFE_METHODS]
