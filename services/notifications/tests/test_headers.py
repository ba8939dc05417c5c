"""Headers arrive as they were written, whatever their length and letters, and mails of one incident stand together."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from typing import Any

import pytest

from devkit.harness import CLIENT, RESELLER, SQP
from notifications.headers import HEADERS

TEXTS = [
    "[Nouveau statut] Incident n. 20122301",
    "[Demande d’accès] Établissements Dubœuf Père & Fils, agence de Saint-Étienne et de la région lyonnaise",
    "[Demande d’accès] " + "é " * 60,
    "é" * 150,
    "Un long sujet sans accent qui dépasse la ligne " * 4,
    "plain " * 30,
    "[Accès] 日本語のとても長い件名です " * 5,
    "Émilie 👩‍👩‍👧 Dupont-L’Hôpital  deux espaces",
]


def arrived(message: EmailMessage) -> Any:
    return message_from_bytes(message.as_bytes(policy=HEADERS.clone(linesep="\r\n")), policy=policy.default)


@pytest.mark.parametrize("text", TEXTS)
def test_a_subject_survives(text: str) -> None:
    message = EmailMessage(policy=HEADERS)
    message["Subject"] = text
    raw = message.as_bytes(policy=HEADERS.clone(linesep="\r\n"))
    assert raw.isascii()
    assert all(len(line) <= 78 for line in raw.split(b"\r\n"))
    assert str(arrived(message)["Subject"]).strip() == text.strip()
    # Another reader than the writer's own library agrees.
    seen = BytesHeaderParser(policy=policy.compat32).parsebytes(raw)["Subject"]
    assert str(make_header(decode_header(seen))).strip() == text.strip()


@pytest.mark.parametrize(
    "name",
    [
        "Prénom Nom",
        "Établissements Dubœuf Père & Fils, agence de Saint-Étienne et de la région lyonnaise, service après-vente",
        "Dupont, Jean <direction> et associes, " * 3,
        'Le "Grand" Magasin',
        "a" * 120,
        "",
    ],
)
def test_a_name_survives_and_never_becomes_an_address(name: str) -> None:
    message = EmailMessage(policy=HEADERS)
    message["To"] = Address(display_name=name.strip(), addr_spec="jean@revendeur.test")
    raw = message.as_bytes(policy=HEADERS.clone(linesep="\r\n"))
    assert all(len(line) <= 78 or name.isascii() for line in raw.split(b"\r\n"))
    # The library of 3.11 also reads a space into the middle of a long name, so the older one reads it here.
    seen = str(BytesHeaderParser(policy=policy.compat32).parsebytes(raw)["To"]).replace("\n", "").replace("\r", "")
    written, address = parseaddr(seen)
    assert (str(make_header(decode_header(written))), address) == (name.strip(), "jean@revendeur.test")


async def test_mails_of_one_incident_and_of_one_thread_refer_to_the_same_ids(world: Any) -> None:
    await world.tell(
        world.facts.status(),
        world.facts.message("client", CLIENT),
        world.facts.message("sqp", SQP),
        world.facts.message("sqp", SQP, version=4),
        world.facts.status(number="20122302"),
    )
    await world.harness.run_jobs()
    mine = [each.message for each in world.mail.messages if "reseller@portail.test" in each.recipients]
    found = {(str(message["Subject"]), str(message["References"]), str(message["In-Reply-To"])) for message in mine}
    whole, thread = "<incident.20122301@sqp.example>", "<incident.20122301.{}@sqp.example>"
    assert found == {
        ("[Nouveau statut] Incident n. 20122301", whole, whole),
        ("[Nouveau message] Incident n. 20122301", f"{whole} {thread.format('client')}", thread.format("client")),
        ("[Nouveau message] Incident n. 20122301", f"{whole} {thread.format('sqp')}", thread.format("sqp")),
        (
            "[Nouveau statut] Incident n. 20122302",
            "<incident.20122302@sqp.example>",
            "<incident.20122302@sqp.example>",
        ),
    }
    assert len({message["Message-ID"] for message in mine}) == 5


async def test_what_is_about_no_incident_refers_to_nothing(world: Any) -> None:
    await world.tell(world.facts.expiring(), world.facts.invited(RESELLER))
    await world.harness.run_jobs()
    assert [each.message["References"] for each in world.mail.messages] == [None] * len(world.mail.messages)
