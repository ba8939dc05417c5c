"""A form is never shown to those whose entry the service would refuse: the rule of every form of the portal."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest

from devkit.harness import CLIENT, CLIENT_BASIC, RESELLER, RESELLER_BASIC, SQP, person
from portal.api_client import ApiRefused
from portal.bootstrap import BLUEPRINTS
from portal.router import Entry

ENTRIES = [entry for blueprint in BLUEPRINTS for entry in blueprint.entries if not entry.is_open]
SENT_TO = {entry.path for entry in ENTRIES if "POST" in entry.methods}
# Forms of one's own, and pages that show a form to writers alone beside what everybody reads.
OWN = {
    "/parametres",
    "/parametres/notifications",
    "/parametres/mot-de-passe",
    "/vues/{list}/nouvelle",
    "/vues/{list}/{id:uuid}",
}
READ_TOO = {
    "/parametres/societe",
    "/contrats/{number}/declarer",
    "/renouvellements/{number}/{ends_on}",
    "/incidents/{number}/etat",
    "/incidents/{number}/fichiers",
    "/incidents/{number}/echanges",
    "/incidents/{number}/echanges/{line}",
    "/incidents/{number}/colis",
    "/incidents/{number}/colis/{parcel}",
    "/incidents/{number}/donnees",
    "/incidents/{number}/messages/{thread}",
}
FORMS = [e for e in ENTRIES if "GET" in e.methods and e.path in SENT_TO and e.path not in OWN | READ_TOO]
PEOPLE = (SQP, person("sqp", "SQP", "basic"), RESELLER, RESELLER_BASIC, CLIENT, CLIENT_BASIC)


def _named(value: Any) -> str:
    return value.path if isinstance(value, Entry) else f"{value.organisation_kind} {value.role}"


class Reached(Exception):
    pass


def page_of(who: Any) -> Any:
    """As much of a page as a guard asks; whatever the handler asks shows that it was reached."""

    class Asked(SimpleNamespace):
        def __getattr__(self, name: str) -> Any:
            raise Reached(name)

    def may(*kinds: str, write: bool = False) -> bool:
        return (not kinds or who.organisation_kind in kinds) and (who.is_administrator or not write)

    return Asked(may=may, gettext=lambda said: said)


def test_there_are_forms() -> None:
    assert len(FORMS) >= 12


@pytest.mark.parametrize("entry", FORMS, ids=lambda entry: entry.path)
def test_every_form_says_who_may_write_it(entry: Entry) -> None:
    [twin] = [each for each in ENTRIES if each.path == entry.path and "POST" in each.methods]
    rule = getattr(entry.handler, "writers", None)
    assert rule is not None, f"{entry.path}: @writers(...) is missing"
    assert getattr(twin.handler, "writers", None) == rule


@pytest.mark.parametrize(("entry", "who"), list(product(FORMS, PEOPLE)), ids=_named)
async def test_a_form_is_shown_to_its_writers_alone(entry: Entry, who: Any) -> None:
    kinds = entry.handler.__dict__["writers"]
    allowed = who.is_administrator and (not kinds or who.organisation_kind in kinds)
    with pytest.raises(Reached if allowed else ApiRefused):
        await entry.handler(page_of(who))


CLIENT_FORMS = [entry for entry in FORMS if entry.path.startswith(("/clients", "/revendeurs", "/invitations"))]


@pytest.mark.parametrize("entry", CLIENT_FORMS, ids=lambda entry: entry.path)
async def test_no_client_and_no_basic_user_is_shown_a_form_of_clients(entry: Entry) -> None:
    for who in (CLIENT, CLIENT_BASIC, RESELLER_BASIC, person("sqp", "SQP", "basic")):
        with pytest.raises(ApiRefused):
            await entry.handler(page_of(who))
