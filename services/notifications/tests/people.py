"""The people of the world that notifications are tested in, by whom events are caused and whom mails reach."""

from __future__ import annotations

from devkit.harness import CLIENT, CLIENT_BASIC, OTHER_CLIENT, OTHER_RESELLER, RESELLER, RESELLER_BASIC, SQP, person
from events.incidents import Actor
from web.auth.principal import Principal

SQP_BASIC = person("sqp", "SQP", "basic")

EVERYBODY = (SQP, SQP_BASIC, RESELLER, RESELLER_BASIC, CLIENT, CLIENT_BASIC, OTHER_RESELLER, OTHER_CLIENT)

NAMES = dict(
    zip(
        EVERYBODY,
        ("sqp", "sqp_basic", "reseller", "reseller_basic", "client", "client_basic", "other_reseller", "other_client"),
        strict=True,
    )
)


def actor(who: Principal | None) -> Actor:
    if who is None:
        return Actor(user_id=None, organisation_id=None, organisation_kind=None, name="SQP")
    return Actor(
        user_id=who.user_id,
        organisation_id=who.organisation_id,
        organisation_kind=who.organisation_kind,
        name="Jean Test",
    )


def address(who: Principal) -> str:
    return f"{NAMES.get(who, 'someone')}@portail.test"
