"""Where the composer sends a writer whom nobody would read: to the invitation itself, or to the closed access."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from portal.pages.incidents.threads import _readership


def page(kind: str, role: str = "administrator") -> Any:
    def may(*kinds: str, write: bool = False) -> bool:
        return (not kinds or kind in kinds) and (not write or role == "administrator")

    return SimpleNamespace(may=may, who=SimpleNamespace(organisation_kind=kind))


@pytest.mark.parametrize(
    ("kind", "role", "thread", "readership", "leads_to"),
    [
        ("reseller", "administrator", "client", "none", "/clients/c/inviter"),
        ("reseller", "administrator", "client", "invited", "/clients/c/inviter"),
        ("reseller", "administrator", "client", "access_closed", "/clients/c"),
        ("reseller", "basic", "client", "none", ""),
        ("reseller", "administrator", "sqp", "none", ""),
        ("sqp", "administrator", "sqp", "none", "/revendeurs/r/inviter"),
        ("client", "administrator", "client", "none", ""),
    ],
)
def test_the_invitation_is_one_step_away(kind: str, role: str, thread: str, readership: str, leads_to: str) -> None:
    parties = {name: SimpleNamespace(id=name[0], phone="", readership=readership) for name in ("client", "reseller")}
    incident: Any = SimpleNamespace(**parties)
    assert _readership(page(kind, role), incident, thread)["readers_page"] == leads_to
