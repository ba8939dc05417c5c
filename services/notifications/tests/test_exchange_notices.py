"""Exchanges and returns: who is told of which step, and in which words, without a database."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from services.notifications.tests.facts import PARCEL
from services.notifications.tests.people import actor
from services.notifications.tests.test_recipients import sides

from devkit.harness import CLIENT, RESELLER, SQP
from events.exchange_words import ExchangeStep, ExchangeType, Outcome
from events.incidents import Actor
from notifications import exchange_notices, exchange_texts, recipients
from notifications.exchange_notices import TELLINGS
from notifications.labels import Words, render
from web.i18n import Language

STEPS = get_args(ExchangeStep)
SILENT = {"reserved", "prepared", "parcel_expected", "return_delivered"}
BACK_OFFICE = Actor(user_id=None, organisation_id=None, organisation_kind="sqp", name="SQP")
BOTH, ALL = {"reseller", "client"}, {"reseller", "client", "sqp"}


def said(facts: Any, step: str, language: Language = "fr", **changes: Any) -> Words:
    notice = exchange_notices.changed(facts.exchange(step, **changes))
    assert notice is not None
    return render(notice.kind, notice.facts, language)


def with_plain_spaces(sentence: str) -> str:
    """Without what French typography asks for, which tests of its own hold."""
    return sentence.replace("\xa0", " ")


def test_every_step_has_its_sentence_or_is_deliberately_silent() -> None:
    told = {step for step, telling in TELLINGS.items() if telling is not None}
    assert set(TELLINGS) == set(STEPS)
    assert told == set(STEPS) - SILENT
    assert set(exchange_texts.TITLES) == set(exchange_texts.BODIES) == told
    assert set(exchange_texts.TYPES) == set(get_args(ExchangeType))
    assert set(exchange_texts.OUTCOMES) == set(get_args(Outcome))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", get_args(ExchangeType))
@pytest.mark.parametrize("step", [step for step in STEPS if step not in SILENT])
def test_every_step_of_every_type_can_be_said(facts: Any, step: str, kind: str, language: Language) -> None:
    by = RESELLER if step == "requested" else SQP
    for more in ({}, {"replacement_serial_number": None, "replacement_reference": None, "parcel": None}):
        words = said(facts, step, language, by=by, exchange_type=kind, outcome="partial", **more)
        assert words.title.endswith("20122301")
        assert not set("{}") & set(words.title + words.body)
        assert "  " not in words.body
        assert "Q207B17555" in words.body or "replacement" in step or step == "reversed"


@pytest.mark.parametrize(
    ("step", "by", "told", "mailed"),
    [
        ("requested", actor(RESELLER), {"client", "sqp"}, ALL),
        ("requested", actor(CLIENT), {"reseller", "sqp"}, ALL),
        ("approved", actor(SQP), BOTH, BOTH),
        ("rejected", actor(SQP), BOTH, BOTH),
        ("cancelled", actor(SQP), BOTH, BOTH),
        ("recalled", actor(SQP), BOTH, BOTH),
        ("out_of_stock", actor(SQP), BOTH, BOTH),
        ("shipped", actor(SQP), BOTH, BOTH),
        ("shipped", BACK_OFFICE, BOTH, BOTH),
        ("delivered", BACK_OFFICE, BOTH, BOTH),
        ("delivery_presumed", actor(None), BOTH, set()),
        ("parcel_lost", actor(SQP), BOTH, ALL),
        ("parcel_lost", BACK_OFFICE, ALL, ALL),
        ("parcel_sent_back", BACK_OFFICE, ALL, ALL),
        ("label_sent", actor(SQP), BOTH, BOTH),
        ("return_shipped", actor(RESELLER), {"client", "sqp"}, set()),
        ("return_shipped", actor(None), ALL, set()),
        ("return_lost", actor(CLIENT), {"reseller", "sqp"}, ALL),
        ("return_lost", actor(SQP), BOTH, ALL),
        ("return_extended", actor(None), ALL, BOTH),
        ("return_extended", actor(SQP), BOTH, BOTH),
        ("return_disk_kept", actor(RESELLER), {"client", "sqp"}, ALL),
        ("return_received", BACK_OFFICE, BOTH, BOTH),
        ("return_inspected", actor(SQP), BOTH, BOTH),
        ("return_settled", actor(SQP), BOTH, BOTH),
        ("reversed", actor(SQP), BOTH, BOTH),
        ("replacement_shipped", actor(CLIENT), {"reseller", "sqp"}, set()),
        ("replacement_lost", actor(CLIENT), {"reseller", "sqp"}, ALL),
        ("replacement_extended", actor(None), ALL, BOTH),
        ("replacement_settled", actor(SQP), BOTH, BOTH),
        ("replacement_received", actor(SQP), BOTH, BOTH),
        ("replacement_dead", actor(SQP), BOTH, BOTH),
        ("credited", actor(SQP), BOTH, BOTH),
        ("closed", actor(SQP), BOTH, set()),
    ],
)
def test_a_step_is_told_to_those_whom_it_concerns_and_never_to_its_author(
    facts: Any, step: str, by: Actor, told: set[str], mailed: set[str]
) -> None:
    notice = exchange_notices.changed(facts.exchange(step, actor=by))
    assert notice is not None
    assert sides(notice.audience) == told
    assert notice.mailed == mailed
    assert notice.audience.author == by.user_id
    assert notice.subject.path == "/incidents/20122301?onglet=echange#ligne-1"
    without = exchange_notices.changed(facts.exchange(step, actor=by, client_id=None))
    assert without is not None
    assert sides(without.audience) == told - {"client"}


@pytest.mark.parametrize(
    ("step", "more"),
    [
        *((step, {}) for step in sorted(SILENT)),
        ("requested", {"actor": actor(SQP)}),
        ("requested", {"actor": BACK_OFFICE}),
        ("approved", {"origin_line": 1}),
    ],
)
def test_what_is_told_otherwise_is_a_hint_alone(facts: Any, step: str, more: dict[str, Any]) -> None:
    event = facts.exchange(step, **more)
    assert exchange_notices.changed(event) is None
    hint = recipients.hint(event)
    assert (hint.number, hint.what, sides(hint.audience)) == ("20122301", "status", ALL)


@pytest.mark.parametrize(
    ("step", "more", "title", "body"),
    [
        (
            "requested",
            {"by": RESELLER, "note": "Urgent"},
            "[Échange demandé] Incident n. 20122301",
            "Jean Test demande un échange pour TS-131K (n° de série Q207B17555) : échange avancé. « Urgent »",
        ),
        (
            "approved",
            {"exchange_type": "standard_exchange", "return_due_on": "2021-01-13"},
            "[Échange accordé] Incident n. 20122301",
            "L’échange pour TS-131K (n° de série Q207B17555) est accordé : échange standard. Le matériel défectueux "
            "est attendu chez SQP au plus tard le 13/01/2021. L’envoi a lieu après cette réception.",
        ),
        (
            "out_of_stock",
            {"stock_expected_on": "2021-01-04"},
            "[Rupture de stock] Incident n. 20122301",
            "Le remplacement pour TS-131K (n° de série Q207B17555) est en rupture de stock. Il est attendu le "
            "04/01/2021.",
        ),
        (
            "shipped",
            {},
            "[Colis expédié] Incident n. 20122301",
            "Le remplacement pour TS-131K (n° de série Q207B17555) est parti. Transporteur : Chronopost, n° "
            "XY123456785FR. Remplacement : TS-131K (n° de série Q251I02233).",
        ),
        (
            "shipped",
            {"exchange_type": "part_only", "replacement_serial_number": None},
            "[Colis expédié] Incident n. 20122301",
            "La pièce pour TS-131K (n° de série Q207B17555) est partie. Transporteur : Chronopost, n° XY123456785FR.",
        ),
        (
            "delivered",
            {"return_due_on": "2021-01-13"},
            "[Colis livré] Incident n. 20122301",
            "Le remplacement pour TS-131K (n° de série Q207B17555) est livré. Le matériel défectueux est attendu chez "
            "SQP au plus tard le 13/01/2021.",
        ),
        (
            "delivered",
            {"return_due_on": "2021-01-13", "consequence": "refused"},
            "[Colis livré] Incident n. 20122301",
            "Le remplacement pour TS-131K (n° de série Q207B17555) est livré. Le matériel défectueux est attendu chez "
            "SQP au plus tard le 13/01/2021. En cas de retard, aucun nouvel échange n’est accordé avant ce retour.",
        ),
        (
            "return_disk_refused",
            {"return_due_on": "2021-01-13", "note": "Sous garantie"},
            "[Disque à renvoyer] Incident n. 20122301",
            "SQP attend malgré tout le disque que vous conservez, au plus tard le 13/01/2021 : TS-131K (n° de série "
            "Q207B17555). « Sous garantie »",
        ),
        (
            "delivered",
            {"return_due_on": "2021-01-13", "return_state": "in_transit"},
            "[Colis livré] Incident n. 20122301",
            "Le remplacement pour TS-131K (n° de série Q207B17555) est livré.",
        ),
        (
            "delivered",
            {"dispatch": "shipped"},
            "[Colis livré] Incident n. 20122301",
            "Un colis pour TS-131K (n° de série Q207B17555) est livré, un autre est encore en route.",
        ),
        (
            "return_received",
            {},
            "[Retour bien reçu] Incident n. 20122301",
            "SQP a bien reçu le retour de TS-131K (n° de série Q207B17555). Son contrôle suit.",
        ),
        (
            "return_inspected",
            {"outcome": "partial", "note": "Alimentation"},
            "[Retour contrôlé] Incident n. 20122301",
            "Le retour de TS-131K (n° de série Q207B17555) est contrôlé : incomplet. « Alimentation »",
        ),
        (
            "return_extended",
            {"by": None, "return_due_on": "2021-01-20"},
            "[Retour repoussé] Incident n. 20122301",
            "Le retour de TS-131K (n° de série Q207B17555) est repoussé au 20/01/2021. Indiqué depuis l’e-mail "
            "de rappel.",
        ),
        (
            "return_lost",
            {"by": CLIENT},
            "[Retour perdu] Incident n. 20122301",
            "Le retour de TS-131K (n° de série Q207B17555) est perdu. Indiqué par Jean Test.",
        ),
        (
            "reversed",
            {},
            "[Échange annulé] Incident n. 20122301",
            "L’échange pour TS-131K (n° de série Q207B17555) est annulé après envoi : le remplacement TS-131K (n° de "
            "série Q251I02233) est à renvoyer à SQP, et la couverture revient à l’appareil d’origine.",
        ),
        (
            "reversed",
            {"replacement_return": "expected", "replacement_due_on": "2021-01-13", "return_due_on": "2021-01-01"},
            "[Échange annulé] Incident n. 20122301",
            "L’échange pour TS-131K (n° de série Q207B17555) est annulé après envoi : le remplacement TS-131K (n° de "
            "série Q251I02233) est à renvoyer à SQP, et la couverture revient à l’appareil d’origine. Le remplacement "
            "est attendu chez SQP au plus tard le 13/01/2021.",
        ),
        (
            "delivered",
            {"decision": "cancelled", "replacement_return": "expected", "replacement_due_on": "2021-01-13"},
            "[Colis livré] Incident n. 20122301",
            "Le remplacement pour TS-131K (n° de série Q207B17555) est livré. Le remplacement est attendu chez SQP au "
            "plus tard le 13/01/2021.",
        ),
        (
            "credited",
            {"exchange_type": "credit", "cover": "credited"},
            "[Repris contre un avoir] Incident n. 20122301",
            "SQP a repris contre un avoir TS-131K (n° de série Q207B17555) : ce matériel n’est plus protégé.",
        ),
        (
            "replacement_extended",
            {"by": None, "replacement_return": "expected", "replacement_due_on": "2021-01-20"},
            "[Retour repoussé] Incident n. 20122301",
            "Le retour du remplacement TS-131K (n° de série Q251I02233) est repoussé au 20/01/2021. Indiqué depuis "
            "l’e-mail de rappel.",
        ),
    ],
)
def test_a_line_says_what_happened_to_which_product(
    facts: Any, step: str, more: dict[str, Any], title: str, body: str
) -> None:
    words = said(facts, step, **more)
    assert (words.title, with_plain_spaces(words.line)) == (title, body)


@pytest.mark.parametrize("step", ["parcel_lost", "parcel_damaged"])
@pytest.mark.parametrize(
    ("state", "is_resent"),
    [
        ({}, True),
        ({"cover": "in_progress"}, True),
        ({"dispatch": "shipped"}, False),
        ({"exchange_type": "repair"}, False),
        ({"cover": "returned"}, False),
        ({"decision": "cancelled", "cover": "unchanged"}, False),
    ],
)
def test_another_parcel_is_promised_of_an_exchange_that_goes_on_alone(
    facts: Any, step: str, state: dict[str, Any], is_resent: bool
) -> None:
    assert ("SQP en envoie un autre" in said(facts, step, **{"dispatch": "failed", **state}).line) is is_resent


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://suivi.example/1", ""])
def test_a_link_to_follow_a_parcel_is_a_page_of_the_web(facts: Any, url: str) -> None:
    assert said(facts, "shipped").links == (("Suivre le colis", "https://suivi.example/XY123456785FR"),)
    assert said(facts, "shipped", parcel={**PARCEL, "tracking_url": url}).links == ()


def test_the_mail_of_a_reversal_leads_to_the_slip_of_the_replacement(facts: Any) -> None:
    due: dict[str, Any] = {"replacement_return": "expected", "replacement_due_on": "2021-01-13"}
    slip = ("Bon de retour (PDF)", "/incidents/20122301/echanges/1/bon-de-retour.pdf")
    assert slip in said(facts, "reversed", **due).links
    assert slip not in said(facts, "reversed").links
