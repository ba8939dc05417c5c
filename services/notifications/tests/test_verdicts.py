"""Which answers to RCPT condemn an address: only those that name the mailbox as missing or disabled."""

from __future__ import annotations

from typing import Any

import pytest

from notifications.smtp import DeliveryRefused, OurFault, TryLater, verdict

QUOTA_OF_OURS = [
    "sending quota exceeded",
    "Your mailbox is over quota",
    "Sender account over quota",
    "hourly user quota exceeded",
    "5.7.1 mailbox full",
    "message size exceeds limit",
    "mailbox full of spam from your host",
]
# Of servers that give no enhanced code.
FULL = [
    "mailbox full",
    "5.5.0 Mailbox full",
    "Mailbox is full, please try again later",
    "Mailbox for <x@y.test> is full",
    "<x@y.test>: user over quota",
    "Recipient mailbox is over its quota",
    "Requested mail action aborted: exceeded storage allocation",
    "Mailbox quota exceeded",
    "mailbox size limit exceeded",
    "The user has exceeded his quota",
    "disk quota exceeded",
    "maildir over quota",
    "mailfolder is full",
    "Boîte aux lettres pleine",
    "La boîte du destinataire est pleine",
    "Quota de la boîte dépassé",
]
ABOUT_US = [
    (550, "Administrative prohibition"),
    (550, "Client host rejected: cannot find your reverse hostname"),
    (550, "5.1.1 Client host rejected: cannot find your hostname, [192.0.2.1]"),
    (550, "Rate limit exceeded"),
    (550, "Too many connections/messages from your host"),
    (550, "Your host is listed by zen.example.org"),
    (550, "rejected because 192.0.2.1 is in a black list at dnsbl.example.org"),
    (554, "Service unavailable; Client host [192.0.2.1] blocked using bl.example.org"),
    (550, "Service refused: IP has bad karma"),
    (550, "message content rejected"),
    (554, "Sorry, your message to x@y.test cannot be delivered. Blocked by policy; mailbox unavailable"),
    (550, "Internal error 1.2.3"),
    (550, "Internal error 5.1.1"),
    (550, "5.1.1.7 is not welcome"),
    (553, "that domain isn't in my list of allowed rcpthosts"),
    (553, "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"),
    (550, "5.1.0 <noreply@sqp.fr> sender rejected"),
    (550, "5.1.1 <noreply@sqp.fr>: Sender address rejected: User unknown in local recipient table"),
    (550, "Sender verify failed: No such user here"),
    (550, "Domain sqp.fr does not exist"),
    (550, "5.1.8 domain of sender does not exist"),
    (550, "5.1.1 SPF check failed"),
    (550, "5.1.1 DMARC: mailbox unavailable"),
    (550, "5.7.1 mailbox unavailable"),
    (550, "5.7.509 Access denied, sending domain does not pass DMARC verification"),
    (550, "Requested action not taken: mailbox unavailable\nReject due to policy restrictions"),
    (550, "User unknown or relaying denied"),
    (550, "Expéditeur refusé : utilisateur inconnu"),
    (550, "Refusé"),
    (550, "5.3.0 rejected"),
    (550, ""),
    (551, ""),
    (553, "5.5.4 bad parameter"),
    *((552, answer) for answer in QUOTA_OF_OURS),
]
FOR_NOW = [
    (450, "4.1.1 <x@y.test>: Recipient address rejected: unverified address: User unknown"),
    (550, "5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages"),
    (550, "5.2.1 delivery suspended"),
    (550, "5.2.1 This mailbox has been blocked due to inactivity"),
    (552, "5.2.2 The account of this user is over quota: mailbox unavailable"),
    (550, "5.4.1 Recipient address rejected: Access denied"),
    (550, "5.1.2 host unknown"),
    (553, "5.1.3 bad address syntax"),
    (550, "5.1.0 Address rejected"),
]
NO_MAILBOX = [
    (550, "5.1.1 <x@y.test>: Recipient address rejected: User unknown in relay recipient table"),
    (550, "5.1.1 <x@y.test>: Recipient address rejected: User unknown in virtual mailbox table"),
    (550, "<x@y.test>: Recipient address rejected: User unknown in local recipient table"),
    (550, "5.1.1 <spam@policy.test>... User unknown"),
    (550, "5.1.1 rate@limits.test"),
    (553, "5.3.0 <x@y.test>... Addressee unknown"),
    (550, "Unknown user"),
    (550, "unknown local part"),
    (550, "Unrouteable address"),
    (550, "No Such User Here"),
    (550, "No such recipient"),
    (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient x@y.test not found by SMTP address lookup"),
    (550, "5.1.1 RESOLVER.ADR.RecipNotFound; not found"),
    (550, "5.5.0 Requested action not taken: mailbox unavailable (S2017062302)."),
    (
        550,
        "5.1.1 The email account that you tried to reach does not exist. Please try\n5.1.1 double-checking the "
        "recipient's email address for typos or\n5.1.1 unnecessary spaces. https://example.org/mail/?p=NoSuchUserPolicy",
    ),
    (550, "5.2.1 The email account that you tried to reach is disabled."),
    (550, "5.2.1 The email account that you tried to reach is inactive."),
    (550, "account disabled"),
    (554, "30 Sorry, your message to x@y.test cannot be delivered. This mailbox is disabled (554.30)."),
    (550, "sorry, no mailbox here by that name. (#5.1.1)"),
    (511, "sorry, no mailbox here by that name (#5.1.1 - chkuser)"),
    (554, "delivery error: dd This user doesn't have a yahoo.com account (x@yahoo.com)"),
    (550, "5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR204_418 [418]"),
    (550, "utilisateur inconnu"),
    (550, "Destinataire inconnu"),
    (550, "Cette adresse n'existe pas"),
    (550, "5.2.1 Ce compte est désactivé"),
    (551, "User not local; please try <x@z.test>"),
    (551, "5.1.6 The user has moved"),
    (556, "5.1.10 the domain takes no mail"),
    (550, "User x does not exist"),
]


@pytest.mark.parametrize(
    ("code", "answer", "expected"),
    [
        *((*answer, OurFault) for answer in ABOUT_US),
        *((*answer, TryLater) for answer in FOR_NOW),
        *((*answer, DeliveryRefused) for answer in NO_MAILBOX),
    ],
)
def test_an_address_is_condemned_only_by_an_answer_that_names_its_mailbox(
    code: int, answer: str, expected: type[Exception]
) -> None:
    assert verdict("recipient", code, answer) is expected


@pytest.mark.parametrize("code", [550, 552, 554])
@pytest.mark.parametrize("stage", ["recipient", "data"])
@pytest.mark.parametrize("answer", FULL)
def test_a_full_mailbox_is_the_recipients_for_now(stage: Any, code: int, answer: str) -> None:
    assert verdict(stage, code, answer) is TryLater
    assert verdict("sender", code, answer) is OurFault


@pytest.mark.parametrize(("code", "answer"), NO_MAILBOX)
def test_what_is_said_of_the_sender_or_the_message_condemns_nobody(code: int, answer: str) -> None:
    assert verdict("sender", code, answer) is OurFault
    assert verdict("data", code, answer) is OurFault
