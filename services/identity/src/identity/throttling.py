"""Rate limits of log-ins and of requests that send e-mails (docs/decisions/0011).

Limits are checked from the narrowest to the widest and the first that is full refuses: an attempt that is refused for
one account does not count against its address or organisation. No limit covers the whole platform, because an attacker
could then lock out all users; a high rate over many addresses raises an alarm instead.
"""

from __future__ import annotations

import hashlib
import logging
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.strategies import FixedWindowRateLimiter
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.database import Database
from identity.counters import DatabaseStorage
from identity.errors import LoginTaken
from identity.models import ThrottleCounter
from identity.settings import Settings
from web import clock
from web.errors import TooManyRequests
from web.networks import network
from web.text import codes

log = logging.getLogger(__name__)

# Requests that need no log-in and send an e-mail.
Asked = Literal["reset", "sign_up", "activation"]

HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True)
class Limit:
    """The rate ``item``, counted separately for each value of ``names``. Names are normalised as log-ins are and stored
    as a digest, so that the counters hold no personal data."""

    item: RateLimitItem
    names: Sequence[str] = field(default_factory=tuple)

    @property
    def digest(self) -> str:
        named = "\0".join(codes.login(name) for name in self.names)
        return hashlib.sha256(named.encode()).hexdigest()[:32]

    @property
    def key(self) -> str:
        return self.item.key_for(self.digest)


class Throttle:
    def __init__(self, database: Database, settings: Settings) -> None:
        self._settings = settings
        self._storage = DatabaseStorage(database)
        self._limiter = FixedWindowRateLimiter(self._storage)

    def login(self, account: str, typed: str, address: str, device: str = "") -> tuple[Limit, ...]:
        """For a person. ``account`` is here and below the id of the account that was found, by log-in or e-mail, or
        what was typed where there is none. A device that the account knows is counted by itself: no stranger has its
        cookie. Elsewhere it is what was ``typed`` that counts: an e-mail address that is refused after ten attempts at
        a log-in would tell whose it is."""
        if device:
            return (self._attempts("login-device", account, device),)
        return (self._attempts("login-account", typed, network(address)), self._from(address, "login-address"))

    def service_account(self, account: str, address: str) -> tuple[Limit, ...]:
        """By address, of whose attempts one account has half: with a wrong secret it leaves room for its neighbours.
        The secret has 256 bits, so that guessing is not what a limit has to stop."""
        half = self._item(
            "service-account", self._settings.address_attempts // 2, self._settings.throttle_window_seconds
        )
        return (Limit(half, (account, network(address))), self._from(address, "service-address"))

    def guesses(self, account: str) -> Limit:
        """Wrong passwords for one account from unknown devices, whatever the address. When it is full, an unknown
        device goes by e-mail; others are not concerned."""
        return Limit(self._item("login-guesses", self._settings.guesses_per_account, DAY), (account,))

    def reauthentication(self, session: object) -> tuple[Limit, ...]:
        """Attempts at the current password by a person who is logged in."""
        return (self._attempts("reauthentication", str(session)),)

    def second_factor(self, account: object, device: object = "") -> tuple[Limit, ...]:
        """Codes that were tried, which takes the password: of a million codes three are right at a time. Counted apart
        for a device that the account knows, and for a session, so that a thief of the password alone does not keep the
        owner out."""
        names = (str(account), str(device))
        day = Limit(self._item("second-factor-day", self._settings.codes_per_account, DAY), names)
        return (self._attempts("second-factor", *names), day)

    def passkey(self, address: str) -> tuple[Limit, ...]:
        """Challenges and answers: a key is not guessed, and nobody is named before it has signed."""
        return (self._from(address, "passkey-address"),)

    def email_change(self, user: object, sender: object, recipient: str) -> tuple[Limit, ...]:
        """Links to a new address, whose mailbox may be a stranger's; per organisation and mailbox as invitations."""
        settings = self._settings
        item = self._item("email-change-recipient", settings.invitations_per_recipient, DAY)
        return (
            Limit(item, (str(sender), recipient)),
            Limit(self._item("email-change", settings.email_changes_per_hour, HOUR), (str(user),)),
        )

    def link(self, address: str) -> tuple[Limit, ...]:
        return (self._from(address, "link-address"),)

    def ask(self, address: str) -> tuple[Limit, ...]:
        """What may send an e-mail and is asked before there is a session: a forgotten password, a sign-up."""
        settings = self._settings
        return (
            Limit(
                self._item("mail-address", settings.mail_requests_per_address, settings.throttle_window_seconds),
                (network(address),),
            ),
        )

    def invitation(self, sender: object, recipient: str) -> tuple[Limit, ...]:
        """Per organisation that invites and mailbox, then per organisation: what others have sent to the mailbox
        neither counts nor shows."""
        settings = self._settings
        item = self._item("invitation-recipient", settings.invitations_per_recipient, DAY)
        return (
            Limit(item, (str(sender), recipient)),
            Limit(self._item("invitation-sender", settings.invitations_per_sender, HOUR), (str(sender),)),
        )

    def mails(self, asked: Asked, account: object, mailbox: str) -> Limit:
        """Mails of one kind that strangers have had sent about an account to its mailbox. It is hit where one is sent,
        and its window is shorter than a link is good."""
        settings = self._settings
        item = self._item(f"mail-{asked}", settings.mail_requests_per_account, settings.reset_minutes * 30)
        return Limit(item, (str(account), mailbox))

    def sign_up(self, contract: str, address: str) -> tuple[Limit, ...]:
        """Sign-ups with one contract from one network, of which a reseller may get a message each. They are refused
        aloud, and no other network's are concerned."""
        item = self._item("sign-up", self._settings.sign_ups_per_contract, DAY)
        return (Limit(item, (codes.number(contract), network(address))), *self.ask(address))

    def by_mail(self, account: str) -> Limit:
        """Links that hammering a log-in has sent: one at a time is good, and enough."""
        return Limit(self._item("login-by-mail", 1, self._settings.reset_minutes * 30), (account,))

    async def count(self, limits: Sequence[Limit]) -> None:
        """Counts one attempt, before it is made. Raises TooManyRequests at the first limit that is full."""
        for limit in limits:
            if not await self.allows(limit):
                left = await self._storage.get_expiry(limit.key) - clock.now().timestamp()
                raise TooManyRequests(retry_after=max(1, math.ceil(left)))

    @asynccontextmanager
    async def asking_for_a_login(self, asker: object, login: str | None) -> AsyncIterator[None]:
        """Around whatever may answer that ``login`` is taken, which tells of other organisations' people: so many of
        these answers an hour for a person, or for the account that a link activates. What asks for no log-in passes.
        Raises TooManyRequests."""
        if not login:
            yield
            return
        limit = Limit(self._item("login-taken", self._settings.logins_taken_per_hour, HOUR), (str(asker),))
        # Counted before, so that parallel ones count each, and taken back unless it told something.
        is_taken = False
        try:
            await self.count((limit,))
            yield
        except LoginTaken:
            is_taken = True
            raise
        finally:
            if not is_taken:
                await self._take_back(limit)

    async def allows(self, limit: Limit) -> bool:
        """Counts one attempt; whether it was within the limit."""
        return await self._limiter.hit(limit.item, limit.digest)

    async def is_full(self, limit: Limit) -> bool:
        return not await self._limiter.test(limit.item, limit.digest)

    async def forgive(self, limits: Sequence[Limit]) -> None:
        """After a success: the narrowest starts again, the others lose this attempt."""
        narrowest, *others = limits
        await self._limiter.clear(narrowest.item, narrowest.digest)
        for limit in others:
            await self._take_back(limit)

    async def failed(self, account: str) -> None:
        """A wrong password from an unknown device. All of them together only alarm."""
        await self.allows(self.guesses(account))
        overall = Limit(
            self._item("login-overall", self._settings.overall_attempts, self._settings.throttle_window_seconds)
        )
        if not await self.allows(overall) and await self._storage.get(overall.key) == overall.item.amount + 1:
            log.warning("more than %d wrong passwords in %d s", overall.item.amount, overall.item.get_expiry())

    async def _take_back(self, limit: Limit) -> None:
        await self._storage.incr(limit.key, limit.item.get_expiry(), -1)

    def _attempts(self, purpose: str, *names: str) -> Limit:
        item = self._item(purpose, self._settings.account_attempts, self._settings.throttle_window_seconds)
        return Limit(item, names)

    def _from(self, address: str, purpose: str) -> Limit:
        item = self._item(purpose, self._settings.address_attempts, self._settings.throttle_window_seconds)
        return Limit(item, (network(address),))

    def _item(self, purpose: str, amount: int, seconds: int) -> RateLimitItem:
        return RateLimitItemPerSecond(amount, seconds, namespace=purpose)


async def clear_away(session: AsyncSession) -> None:
    """Counters of windows that have ended."""
    await session.execute(delete(ThrottleCounter).where(ThrottleCounter.expires_at < clock.now()))
