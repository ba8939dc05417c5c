"""The faults by name. A fault is a function that does harm to a rig, undoes it, and says what proves that it struck."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.faults.rig import Rig

Strike = Callable[[Rig], Awaitable[str]]


class NotFired(Exception):
    """The fault left no trace, so what was measured was a day without it."""


@dataclass(frozen=True)
class Fault:
    """``short`` is part of the short run. ``doubles_mail``: a mail server that took a message, and whose answer is
    lost, gets it again: no client of SMTP can avoid that."""

    name: str
    strike: Strike
    short: bool = False
    doubles_mail: bool = False


FAULTS: dict[str, Fault] = {}


def add(name: str, strike: Strike, *, short: bool = False, doubles_mail: bool = False) -> None:
    FAULTS[name] = Fault(name, strike, short, doubles_mail)


def fault(name: str, *, short: bool = False, doubles_mail: bool = False) -> Callable[[Strike], Strike]:
    """``@fault("broker killed")`` above ``async def killed(rig) -> str``, which gives its proof or raises NotFired."""

    def register(strike: Strike) -> Strike:
        add(name, strike, short=short, doubles_mail=doubles_mail)
        return strike

    return register


def proven(count: int, what: str) -> str:
    """``what`` was seen ``count`` times. Raises NotFired when never."""
    if count < 1:
        raise NotFired(what)
    return f"{count} {what}"
