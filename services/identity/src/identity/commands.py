# ruff: noqa: T201 - commands speak to who typed them
"""The verbs of identity's own: keys, service accounts, SQP's first person, the demonstration, telling again."""

from __future__ import annotations

import argparse
import re
import secrets
import sys

from chassis.cli import Command
from chassis.service import Service
from identity import demo, keys, republish
from identity.dependencies import Services
from identity.errors import AccountDisabled, AccountExists, KeyTooYoung, LoginTaken
from identity.service import invitations, service_accounts, sqp

SCOPE = re.compile(r"^[a-z]+:(read|write)$")


async def rotate_keys(service: Service, arguments: argparse.Namespace) -> None:
    services: Services = service.resources
    try:
        async with service.database.transaction() as session:
            kid = await keys.rotate(session, services.settings, force=arguments.force)
    except KeyTooYoung as error:
        sys.exit(f"the next key cannot sign yet: {error}; --force if the present one is compromised")
    print("signing from now on:", kid)


async def create_service_account(service: Service, arguments: argparse.Namespace) -> None:
    services: Services = service.resources
    refused = [scope for scope in arguments.scopes if not SCOPE.match(scope)]
    if refused:
        sys.exit(f"not a scope: {', '.join(refused)}")
    secret = secrets.token_urlsafe(32)
    secret_hash = await services.passwords.hash(secret)
    async with service.database.transaction() as session:
        await service_accounts.put(session, arguments.id, secret_hash, arguments.scopes)
    print(f"client_id={arguments.id}\nclient_secret={secret}\nThe secret is shown this once.")


async def disable_service_account(service: Service, arguments: argparse.Namespace) -> None:
    async with service.database.transaction() as session:
        if not await service_accounts.disable(session, arguments.id):
            sys.exit(f"no such account, or disabled already: {arguments.id}")
    print("disabled", arguments.id)


async def invite_support(service: Service, arguments: argparse.Namespace) -> None:
    """SQP's own organisation and one more administrator of it, who gets a link by e-mail."""
    services: Services = service.resources
    try:
        async with service.database.transaction() as session:
            of = await sqp.ensure(session)
            wanted = {"login": arguments.login, "email": arguments.email, "role": "administrator"}
            await invitations.admit(session, of, wanted, "invitation", services.links)
    except (LoginTaken, AccountExists, AccountDisabled) as error:
        sys.exit(error.sentence("en"))
    print("invited", arguments.login)


async def run_demo(service: Service, arguments: argparse.Namespace) -> None:
    try:
        if arguments.passwords:
            print("passwords set:", ", ".join(await demo.set_passwords(service)) or "nobody's")
        else:
            await demo.prepare(service)
            print("prepared: SQP,", demo.SUPPORT, "and", demo.ACCOUNT)
    except demo.RefusedInProduction as error:
        sys.exit(str(error))


async def republish_everything(service: Service, _arguments: argparse.Namespace) -> None:
    async with service.database.transaction() as session:
        print("republished:", await republish.everything(session))


def _force(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="even if the next key was published a moment ago")


def _account(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id")
    parser.add_argument("--scopes", nargs="+", required=True, metavar="SCOPE", help="such as contracts:write")


def _account_id(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id")


def _support(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("login")
    parser.add_argument("email")


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--passwords", action="store_true", help="set those of the demonstration's people")


COMMANDS = (
    Command("rotate-keys", "the next signing key takes over", rotate_keys, _force),
    Command(
        "create-service-account",
        "for a back-office system; or another secret for one",
        create_service_account,
        _account,
    ),
    Command(
        "disable-service-account",
        "no more tokens for it; create-service-account enables it with another secret",
        disable_service_account,
        _account_id,
    ),
    Command("invite-support", "an administrator of SQP", invite_support, _support),
    Command("demo", "the demonstration's accounts; refused in production", run_demo, _demo),
    Command("republish", "publish the present state of everything again", republish_everything),
)
