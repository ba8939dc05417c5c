"""The e-mail of a day: every contract that ends, under its client."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from notifications.labels import Words, render
from notifications.lines import one_line
from notifications.reminder_texts import ENDS, TITLES_OF_MANY
from web.i18n import Language, text

# What an e-mail lists; a client's list of more is to be read in the portal.
MOST = 100

BODY = text(
    "{count} contrats arrivent à une échéance. Une extension se commande depuis la page du contrat.",
    "{count} contracts come to a date. An extension is ordered from the contract’s page.",
)
BODY_OF_ONE = text(
    "Un contrat arrive à une échéance. Une extension se commande depuis la page du contrat.",
    "A contract comes to a date. An extension is ordered from the contract’s page.",
)
LINE = text("N° {number} : {what}", "No. {number}: {what}")
WITHOUT_CLIENT = text("Sans client", "Without client")
REST = text("Et {rest} autres, à voir dans le portail.", "And {rest} more, to be seen in the portal.")
SEE_CONTRACTS = text("Voir les contrats", "See the contracts")
SEE_RENEWALS = text("Voir les renouvellements", "See the renewals")


def digest(
    reminders: Sequence[dict[str, Any]], language: Language, write_name: Callable[[str], str], *, is_sellers: bool
) -> Words:
    """``reminders`` are the facts of each, as of the feed. One contract is one line, whatever is said of it, and those
    of one client stand together."""
    sentences: dict[tuple[str, str], list[str]] = defaultdict(list)
    for facts in reminders:
        contract = one_line(facts.get("client_name") or ""), facts["number"]
        sentences[contract].append(render("contract_expiring", facts, language, write_name).body)
    groups: dict[str, list[str]] = defaultdict(list)
    for (client, number), said in islice(sentences.items(), MOST):
        groups[client].append(LINE[language].format(number=number, what=" ".join(said)))
    count, rest = len(sentences), len(sentences) - MOST
    facts = {"count": count, "number": reminders[0]["number"]}
    return Words(
        title=(TITLES_OF_MANY["contract_expiring"] if count > 1 else ENDS)[language].format_map(facts),
        body=(BODY if count > 1 else BODY_OF_ONE)[language].format_map(facts),
        button=(SEE_RENEWALS if is_sellers else SEE_CONTRACTS)[language],
        notes=(REST[language].format(rest=rest),) if rest > 0 else (),
        groups=tuple(
            (write_name(client) if client else WITHOUT_CLIENT[language], tuple(lines))
            for client, lines in sorted(groups.items(), key=lambda each: (not each[0], each[0]))
        ),
        language=language,
    )
