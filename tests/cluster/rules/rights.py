"""Users and rights at the broker and the database are those that the project's own provisioning gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from scripts.cluster_secrets import secrets
from scripts.secret_set import definitions, printed_value, secret_set
from tests.cluster.reading import name_of, named, of_kind
from tests.cluster.rendering import Manifest

from api.upstreams import SERVICES
from web.auth.sealing import MAIL_DEVELOPMENT_KEY

# KEDA's user at the broker, which may read queue lengths.
ONLY_LOOKS = {"configure": "^$", "write": "^$", "read": "^$"}
SCALER = "keda"
SPELT = {"autoDelete": "auto_delete", "destinationType": "destination_type", "routingKey": "routing_key"}
# Fields that an object may or must omit.
LEFT_OUT: dict[str, dict[str, Any]] = {
    "Binding": {"arguments": {}},
    "Exchange": {"arguments": {}, "auto_delete": False, "internal": False},
    "Queue": {"arguments": {}, "auto_delete": False},
}


def logins() -> dict[str, str]:
    """User name by the Secret that holds it, as scripts/cluster_secrets makes them."""
    return {name_of(secret): secret["stringData"].get("username", "") for secret in made()}


@cache
def made() -> list[dict[str, Any]]:
    """All Secrets, from printed values; read only."""
    values = secret_set(printed_value, (MAIL_DEVELOPMENT_KEY, MAIL_DEVELOPMENT_KEY))
    return secrets({**values, "keda_broker_password": printed_value("keda_broker_password")})


def broker(manifests: Sequence[Manifest]) -> list[str]:
    """Vhosts, users and their rights as in ``scripts.secret_set.definitions``, and the scaler's beside them."""
    wanted = definitions(_Anything())
    vhosts = {vhost["name"] for vhost in wanted["vhosts"]}
    rights = {
        (each["user"], each["vhost"]): {kind: each[kind] for kind in ONLY_LOOKS}
        for each in wanted["permissions"]
        if each["user"] in SERVICES
    } | {(SCALER, vhost): ONLY_LOOKS for vhost in vhosts}
    real = {_who(manifests, each): each["spec"]["permissions"] for each in of_kind(manifests, "Permission")}
    found = [f"{user} in {vhost}: other rights than compose's" for user, vhost in _unequal(rights, real)]
    return [*found, *_vhosts(manifests, vhosts), *_tags(manifests)]


def shared(manifests: Sequence[Manifest]) -> list[str]:
    """What all services share at the broker, argument by argument as in ``scripts.secret_set.definitions``."""
    wanted = definitions(_Anything())
    found = []
    for kind, field in (("Exchange", "exchanges"), ("Queue", "queues"), ("Binding", "bindings")):
        real = [_as_defined(each) for each in of_kind(manifests, kind)]
        found += [f"{kind} as compose's is missing: {each}" for each in wanted[field] if each not in real]
        found += [f"{kind} is not compose's: {each}" for each in real if each not in wanted[field]]
    return found


def _as_defined(manifest: Manifest) -> dict[str, Any]:
    spec = {key: value for key, value in manifest["spec"].items() if key != "rabbitmqClusterReference"}
    if manifest["kind"] == "Queue":
        spec["arguments"] = {**spec.get("arguments", {}), "x-queue-type": spec.pop("type", None)}
    return {**LEFT_OUT[manifest["kind"]], **{SPELT.get(key, key): value for key, value in spec.items()}}


def _vhosts(manifests: Sequence[Manifest], wanted: set[str]) -> Iterator[str]:
    declared = {each["spec"]["name"]: each["spec"].get("defaultQueueType") for each in of_kind(manifests, "Vhost")}
    yield from (f"vhost {name}: only on one side" for name in sorted(set(declared) ^ wanted))
    yield from (f"vhost {name}: of {kind} queues" for name, kind in declared.items() if kind != "quorum")


def _tags(manifests: Sequence[Manifest]) -> Iterator[str]:
    """KEDA reads the management interface, which needs a user tag."""
    for user in of_kind(manifests, "User"):
        wanted = ["monitoring"] if name_of(user) == "keda-broker" else []
        if (given := user["spec"].get("tags", [])) != wanted:
            yield f"{name_of(user)}: is {given}, wanted {wanted}"


class _Anything(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return name


def _who(manifests: Sequence[Manifest], permission: Manifest) -> tuple[str, str]:
    spec = permission["spec"]
    user = named(manifests, "User", spec["userReference"]["name"])
    return logins().get(user["spec"]["importCredentialsSecret"]["name"], "nobody"), spec["vhost"]


def _unequal(one: dict[tuple[str, str], Any], other: dict[tuple[str, str], Any]) -> list[tuple[str, str]]:
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def database(manifests: Sequence[Manifest]) -> list[str]:
    """Per service a database and two roles as in ``chassis.provision``, each with access to that database only."""
    spec = named(manifests, "Cluster", "postgres")["spec"]
    roles = {role["name"]: role["passwordSecret"]["name"] for role in spec["managed"]["roles"]}
    wanted = {f"{service}_{kind}" for service in SERVICES for kind in ("owner", "app")}
    found = [f"role {name}: only on one side" for name in sorted(wanted ^ set(roles))]
    found += [f"role {name}: the password of {logins().get(s)}" for name, s in roles.items() if logins().get(s) != name]
    found += [f"role {role['name']}: {role}" for role in spec["managed"]["roles"] if not _logs_in(role)]
    owners = {each["spec"]["name"]: each["spec"]["owner"] for each in of_kind(manifests, "Database")}
    if owners != {service: f"{service}_owner" for service in SERVICES}:
        found.append(f"databases and their owners: {owners}")
    hba = [*(f"hostssl {s} {s}_owner,{s}_app all scram-sha-256" for s in SERVICES), "host all all all reject"]
    return found if spec["postgresql"]["pg_hba"] == hba else [*found, "a role may enter another's database"]


def _logs_in(role: dict[str, Any]) -> bool:
    return role.get("ensure") == "present" and role.get("login") is True
