"""The e-mail of a day: every contract that ends, under its client."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from notifications.labels import Words, one_line, render
from notifications.reminder_texts import TITLES_OF_MANY
from web.i18n import Language, text

# What an e-mail lists; a client's list of more is to be read in the portal.
MOST = 100

BODY = text(
    "{count} contrats arrivent à une échéance. Une extension se commande depuis la page du contrat.",
    "{count} contracts come to a date. An extension is ordered from the contract’s page.",
)
LINE = text("N° {number} : {what}", "No. {number}: {what}")
WITHOUT_CLIENT = text("Sans client", "Without client")
REST = text("Et {rest} autres, à voir dans le portail.", "And {rest} more, to be seen in the portal.")
SEE_CONTRACTS = text("Voir les contrats", "See the contracts")
SEE_RENEWALS = text("Voir les renouvellements", "See the renewals")


def digest(
    contracts: Sequence[dict[str, Any]], language: Language, write_name: Callable[[str], str], *, is_sellers: bool
) -> Words:
    """``contracts`` are the facts of each, as of the feed; those of one client stand together."""
    groups: dict[str, list[str]] = defaultdict(list)
    for facts in contracts[:MOST]:
        client = one_line(facts.get("client_name") or "")
        words = render("contract_expiring", facts, language, write_name)
        groups[client].append(LINE[language].format(number=facts["number"], what=words.body))
    count, rest = len(contracts), len(contracts) - MOST
    return Words(
        title=TITLES_OF_MANY["contract_expiring"][language].format(count=count),
        body=BODY[language].format(count=count),
        button=(SEE_RENEWALS if is_sellers else SEE_CONTRACTS)[language],
        notes=(REST[language].format(rest=rest),) if rest > 0 else (),
        groups=tuple(
            (write_name(client) if client else WITHOUT_CLIENT[language], tuple(lines))
            for client, lines in sorted(groups.items(), key=lambda each: (not each[0], each[0]))
        ),
        language=language,
    )
