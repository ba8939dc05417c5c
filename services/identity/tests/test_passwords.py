"""What a new password must not be made of, and that judging it holds nobody up."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from identity.errors import PasswordRefused
from identity.passwords import MINIMUM, Passwords
from identity.settings import Settings

PERSON: dict[str, Any] = {
    "login": "edupont",
    "email": "elodie.dupont@atelier-numerique.fr",
    "names": ("Élodie", "Dupont-Lacroix", "Informatique Générale & Fils"),
}
LEET = "4@8({[<369&#!1/|0$57+%2z" * 8


@pytest.fixture(scope="module")
def passwords(identity_settings: Settings) -> Passwords:
    return Passwords(identity_settings)


async def is_taken(passwords: Passwords, password: str, **person: Any) -> bool:
    try:
        await passwords.refuse_weak(password, **{**PERSON, **person})
    except PasswordRefused:
        return False
    return True


@pytest.mark.parametrize(
    "password",
    [
        "Élodie2026!!",
        "elodie-dupont1",
        "ELODIE.DUPONT",
        "dupontlacroix1",
        "Dupont-Lacroix-75",
        "lacroix.dupont",
        "edupont12345",
        "ateliernumerique",
        "atelier-numerique-1",
        "InformatiqueGenerale",
        "generale-2026-fils",
        "SQP-SQP-SQP-SQP",
        "Septembre2026!",
        "Printemps-2026",
        "nas-fevrier-2026",
        "sqp-portail-2026",
    ],
)
async def test_a_persons_and_an_organisations_words_make_no_password(passwords: Passwords, password: str) -> None:
    assert not await is_taken(passwords, password)


async def test_no_common_password_of_the_least_length_is_taken(passwords: Passwords) -> None:
    common = [password for password in FREQUENCY_LISTS["passwords"] if len(password) >= MINIMUM]
    assert len(common) > 200
    assert [password for password in common if await is_taken(passwords, password)] == []


@pytest.mark.parametrize(
    "password", ["un tout nouveau mot de passe", "Vélo-tulipe-granit-9", "7fQ!x2#kLm9$", "Ÿ漢字€ ключ-ß-ø", LEET[:200]]
)
async def test_others_are_taken(passwords: Passwords, password: str) -> None:
    assert await is_taken(passwords, password)


async def test_the_loop_goes_on_while_the_slowest_password_is_judged(passwords: Passwords) -> None:
    judging = asyncio.create_task(is_taken(passwords, LEET))
    turns = 0
    while not judging.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 10
    assert await judging


async def test_the_words_of_one_person_are_not_anothers(passwords: Passwords) -> None:
    """Judged side by side: each name is refused to its bearer and to nobody else."""
    names = [f"Zqxvk{letter}wjpb" for letter in "abcdefgh"]
    pairs = [(bearer, name) for bearer in names for name in names]
    taken = await asyncio.gather(*(is_taken(passwords, f"{name}2026", names=(bearer,)) for bearer, name in pairs))
    assert [bearer != name for bearer, name in pairs] == taken
