"""Writes a set of secrets for docker-compose.yml into a folder, one file each: `python -m scripts.secret_set FOLDER`.

`--development` writes the set that the repository prints; its values contain `development`; production refuses them.
`--renew NAME` makes one of a set anew, with what is derived from it; docs/operations/containers.md says what then.
"""

from __future__ import annotations

import argparse
import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey

from api.upstreams import SERVICES
from chassis.messaging import definitions as broker
from notifications.settings import DEVELOPMENT_MAIL_KEY
from web.auth.sealing import MAIL_DEVELOPMENT_KEY
from web.settings import DEVELOPMENT_MARK

OPERATOR = "operator"
BUCKET = "sqp-files"
# One key pair, always made together: two services have its public half.
MAIL_KEYS = ("identity_mail_public_key", "incidents_mail_public_key", "notifications_mail_private_key")
# Not made here: the operator fills it in if the mail relay needs a log-in.
FOREIGN = "notifications_smtp_password"
DERIVED = ("rabbitmq_definitions.json", "s3_identities.json")

Make = Callable[[str], str]


def random_value(_name: str) -> str:
    return secrets.token_urlsafe(32)


def printed_value(name: str) -> str:
    return f"{DEVELOPMENT_MARK}-{name}"


def secret_set(make: Make, mail_keys: tuple[str, str]) -> dict[str, str]:
    """Content by file name. ``mail_keys`` are the public and the private one, as JWKs."""
    of_service = ("database_password", "database_owner_password", "broker_password")
    names = [f"{service}_{kind}" for service in SERVICES for kind in of_service]
    others = ("identity_refresh_secret", "identity_key_encryption_secret", "files_s3_secret_key")
    plain = {name: make(name) for name in (*names, *others, "postgres_password", "rabbitmq_password")}
    return {
        **plain,
        "identity_mail_public_key": mail_keys[0],
        "incidents_mail_public_key": mail_keys[0],
        "notifications_mail_private_key": mail_keys[1],
        FOREIGN: "",
        "rabbitmq_definitions.json": _json(definitions(plain)),
        "s3_identities.json": _json(s3_identities(plain["files_s3_secret_key"])),
    }


def printed_set() -> dict[str, str]:
    return secret_set(printed_value, (MAIL_DEVELOPMENT_KEY, DEVELOPMENT_MAIL_KEY))


def definitions(plain: dict[str, str]) -> dict[str, Any]:
    """RabbitMQ's definitions: the services' objects and users, and an operator with all permissions."""
    made = broker.definitions({service: plain[f"{service}_broker_password"] for service in SERVICES})
    operates = [broker.permission(OPERATOR, vhost["name"], broker.EVERYTHING) for vhost in made["vhosts"]]
    return {
        **made,
        "users": [broker.user(OPERATOR, plain["rabbitmq_password"], ["administrator"]), *made["users"]],
        "permissions": [*operates, *made["permissions"]],
    }


def s3_identities(secret_key: str) -> dict[str, Any]:
    """SeaweedFS's identities: one key pair with all rights in its bucket and none elsewhere."""
    actions = [f"{action}:{BUCKET}" for action in ("Admin", "Read", "Write", "List", "Tagging")]
    pair = {"accessKey": "files", "secretKey": secret_key}
    return {"identities": [{"name": "files", "credentials": [pair], "actions": actions}]}


def new_mail_keys() -> tuple[str, str]:
    key = OKPKey.generate_key("X25519", {"kid": f"mail-{secrets.token_hex(4)}", "use": "enc"})
    return _compact(key.as_dict(private=False)), _compact(key.as_dict(private=True))


def renewed(values: dict[str, str], name: str) -> dict[str, str]:
    """The files of the set ``values`` that change when ``name`` is made anew. Raises KeyError for any other name."""
    keys = new_mail_keys() if name in MAIL_KEYS else (values[MAIL_KEYS[0]], values[MAIL_KEYS[-1]])
    made = secret_set(lambda each: random_value(each) if each == name else values[each], keys)
    if name in (FOREIGN, *DERIVED) or name not in made:
        raise KeyError(name)
    return {each: text for each, text in made.items() if each != FOREIGN and values.get(each) != text}


def read(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text().rstrip("\n") for path in folder.iterdir() if path.is_file()}


def write(folder: Path, content: dict[str, str]) -> None:
    """Containers read the files as users of their own, so the files are readable; the folder's mode protects them."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, text in content.items():
        path = folder / name
        # In place: a running container has mounted the inode, not the name.
        if path.exists():
            path.chmod(0o644)
        path.write_text(text + "\n")
        path.chmod(0o444)


def _json(value: object) -> str:
    return json.dumps(value, indent=2)


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.secret_set", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--development", action="store_true", help="the printed set of the repository")
    parser.add_argument("--renew", metavar="NAME", help="one value of the set that is there")
    arguments = parser.parse_args()
    if arguments.renew:
        _renew(parser, arguments.folder, arguments.renew)
    elif arguments.development:
        write(arguments.folder, printed_set())
    elif arguments.folder.exists() and any(arguments.folder.iterdir()):
        parser.error(f"{arguments.folder} is not empty: a running platform may depend on what it holds")
    else:
        write(arguments.folder, secret_set(random_value, new_mail_keys()))


def _renew(parser: argparse.ArgumentParser, folder: Path, name: str) -> None:
    try:
        changed = renewed(read(folder), name)
    except (FileNotFoundError, KeyError) as error:
        parser.error(f"{folder} has no such value, or it is not made here: {error}")
    write(folder, changed)
    print("changed:", *changed)  # noqa: T201 - a command speaks to who typed it


if __name__ == "__main__":
    main()
