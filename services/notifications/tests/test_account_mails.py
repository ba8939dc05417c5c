"""What is written about an account: to whom, in which words, whatever the preferences."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest

from devkit.harness import RESELLER
from notifications import factor_labels

TO = "jean.test@revendeur.test"
RESET = "https://portail.test/mot-de-passe?token=secret-token"
FORGOTTEN = "https://portail.test/mot-de-passe-oublie"
CONFIRM = "https://portail.test/nouvelle-adresse?token=secret-token"

FACTORS_SAID = {
    "application_added": ("Les autres sessions ont été fermées", "The other sessions were ended"),
    "application_removed": ("retirée le 23/12/2020 à 18:27", "removed on 23/12/2020 at 18:27"),
    "passkey_added": ("aussi sans mot de passe", "also without the password"),
    "passkey_removed": ("retirée le 23/12/2020 à 18:27", "removed on 23/12/2020 at 18:27"),
    "recovery_codes_made": ("les précédents ne valent plus rien", "those before are good no more"),
    "recovery_code_used": ("Il en reste 9.", "Codes left: 9."),
    "rescue_asked": ("une personne de SQP a demandé", "a person of SQP asked"),
    "factor_required": ("exige un second facteur de tous", "requires a second factor of all"),
    "factor_optional": ("n’exige plus de second facteur", "requires no second factor"),
    "factors_reset": ("retirés le 23/12/2020 à 18:27", "removed on 23/12/2020 at 18:27"),
}
MAILS: dict[str, Any] = {
    "email_change": (
        ("[Adresse e-mail] Confirmez votre nouvelle adresse", "[E-mail] Confirm your new address"),
        CONFIRM,
        ("Elle ne compte qu’une fois confirmée.", "It counts once it is confirmed."),
    ),
    "email_announced": (
        ("[Adresse e-mail] Votre adresse va être remplacée", "[E-mail] Your address is about to be replaced"),
        RESET,
        ("par neuve@revendeur.test, une fois", "by neuve@revendeur.test once"),
    ),
    "password": (
        ("[Mot de passe] Votre mot de passe a été changé", "[Password] Your password was changed"),
        FORGOTTEN,
        ("a été changé le 23/12/2020 à 18:27", "was changed on 23/12/2020 at 18:27"),
    ),
    "login": (
        ("[Identifiant] Votre identifiant a été changé", "[Log-in] Your log-in was changed"),
        FORGOTTEN,
        ("Votre identifiant est rev-0001 depuis", "Your log-in is rev-0001 since"),
    ),
    "rescued": (
        ("[Votre compte] Le lien pour revenir", "[Your account] The link to come back"),
        RESET,
        ("Deux personnes de SQP ont confirmé", "Two people of SQP confirmed"),
    ),
    **{
        change: ((words["fr"], words["en"]), FORGOTTEN, FACTORS_SAID[change])
        for change, words in factor_labels.TITLES.items()
    },
}


def fact(world: Any, name: str, **changes: Any) -> Any:
    told = getattr(world.facts, name, None)
    if told:
        return told(**changes)
    return (world.facts.factor if name in FACTORS_SAID else world.facts.credentials)(name, **changes)


def parts(message: EmailMessage) -> list[str]:
    found = [message.get_body((subtype,)) for subtype in ("plain", "html")]
    return [str(body.get_content()) for body in found if body is not None]


@pytest.mark.parametrize("name", MAILS)
@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_mail_about_the_account_has_one_link_in_both_parts(world: Any, name: str, language: str) -> None:
    titles, url, said = MAILS[name]
    which = ("fr", "en").index(language)
    await world.tell(fact(world, name, language=language))
    await world.harness.run_jobs()
    message = await world.mail.wait_for(TO)
    assert message["Subject"] == titles[which]
    twins = parts(message)
    assert len(twins) == 2
    for twin in twins:
        assert twin.count("https://") == twin.count(url) == 1
        assert said[which] in twin
        assert "préférences" not in twin
        assert "preferences" not in twin


@pytest.mark.parametrize("name", MAILS)
async def test_it_reaches_whoever_the_event_names_and_nobody_of_a_closed_portal(world: Any, name: str) -> None:
    await world.tell(world.facts.user(RESELLER, version=2, status="disabled"), fact(world, name))
    await world.harness.run_jobs()
    assert [email["state"] for email in await world.emails()] == ["sent"]
    await world.tell(world.facts.organisation(RESELLER, portal_access=False), fact(world, name))
    assert len(await world.emails()) == 1


async def test_a_mailbox_that_has_yet_to_answer_reads_no_names(world: Any) -> None:
    await world.tell(world.facts.email_change(first_name="Gagnez", last_name="Un Iphone"))
    await world.harness.run_jobs()
    message = await world.mail.wait_for(TO)
    assert message["To"] == TO
    assert all("Gagnez" not in twin and "Iphone" not in twin for twin in parts(message))


async def test_a_company_called_like_a_site_is_no_link_and_reads_the_same(world: Any) -> None:
    names = {"organisation_name": "Booking.com", "login": "rev.example.com", "first_name": "Jean.fr"}
    await world.tell(world.facts.invited(**names))
    await world.tell(world.facts.sign_up(client_name="OVH.com"))
    await world.harness.run_jobs()
    invited, asked = await world.mail.wait_for(TO), await world.mail.wait_for("reseller@portail.test")
    assert asked["Subject"] == "[Demande d’accès] OVH.com"
    for twin in (*parts(invited), *parts(asked)):
        assert not any(name in twin for name in ("Booking.com", "example.com", "Jean.fr", "OVH.com"))
    for twin in parts(invited):
        shown = twin.replace("\u2060", "")
        assert all(name in shown for name in ("Booking.com", "rev.example.com", "Jean.fr"))
