"""Which forms stand on the page of an incident's exchanges: of each line one that is next, and the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import uuid4

from api.incidents import Article, Incident
from api.incidents.exchange_steps import StepName
from api.incidents.exchanges import Exchange, Exchanges, Shipment
from api.incidents.incidents import Choice
from portal import countries
from portal.asks import Ask, Offered, Typed
from portal.forms import FINE, FormErrors
from portal.page import Page
from portal.pages.incidents import exchange_forms as forms
from portal.pages.incidents import exchange_words as words
from portal.pages.incidents import parcel_forms
from portal.translations import N_

# What SQP does next on a line, the first of these that may be done; ``ship`` and ``leave`` are of its parcels.
NEXT_OF_SQP = (
    *("approve", "close", "inspect", "ship", "leave", "reserve", "receive_replacement", "send_label", "receive"),
    "out_of_stock",
)
# Of a line of which nothing is to come back it is the arrival of a parcel that was lost.
TURNS_UP = "receive_replacement"
GOING = ("prepared", "shipped")


@dataclass(frozen=True)
class Act:
    """One form. ``id`` names it on its page, ``hidden`` goes with it, ``typed`` stands in it, ``errors`` why it is
    shown again."""

    id: str
    label: str
    href: str
    asks: Sequence[Ask]
    offered: Offered
    hidden: Mapping[str, str] = field(default_factory=dict)
    typed: Typed = field(default_factory=dict)
    errors: FormErrors = FINE
    about: str = ""
    is_danger: bool = False

    @property
    def is_again(self) -> bool:
        return self.errors is not FINE


@dataclass(frozen=True)
class RefusedStep:
    """A form that did not go through: which it was, what was typed, and why."""

    id: str
    typed: Typed
    errors: FormErrors


@dataclass(frozen=True)
class Acts:
    """``next`` stands open, the others are folded. ``news`` and ``recalls`` are by parcel."""

    next: Act | None
    others: Sequence[Act]
    news: Mapping[str, Act]
    recalls: Mapping[str, Act]


class Desk:
    """The forms of one incident's exchanges for one reader."""

    def __init__(self, page: Page, incident: Incident, found: Exchanges, refused: RefusedStep | None) -> None:
        self._page = page
        self._incident = incident
        self._found = found
        self._refused = refused
        self._base = f"/incidents/{incident.number}"
        self._offered = _offered(page, incident, found)

    def request(self) -> Act | None:
        if not self._found.requestable:
            return None
        asks = forms.REQUEST_OF_SQP if self._page.may("sqp") else forms.REQUEST
        offered = {**self._offered, "products": self._products()}
        act = self._act("request", N_("Demander un échange"), f"{self._base}/echanges", asks, offered, is_new=True)
        return replace(act, about=self._found.return_terms)

    def statement(self) -> Act | None:
        if not self._found.may_state:
            return None
        href, about = f"{self._base}/donnees", N_("Rien n’est bloqué : ce que vous déclarez est gardé avec l’échange.")
        return self._act("data", N_("Déclarer l’état des données"), href, forms.STATEMENT, self._offered, about=about)

    def of(self, line: Exchange) -> Acts:
        acts = dict(self._named(line))
        order = _order(line, for_sqp=self._page.may("sqp"))
        chosen = next((name for name in order if name in acts), "")
        others = [act for name, act in acts.items() if name not in (chosen, "leave")]
        news = {str(parcel.id): self._news(parcel) for parcel in line.shipments if parcel.actions}
        recalls = {str(parcel.id): self._recall(parcel) for parcel in line.shipments if parcel.may_recall}
        return Acts(acts.get(chosen), others, news, recalls)

    def _named(self, line: Exchange) -> Iterator[tuple[str, Act]]:
        going = [each for each in line.shipments if each.direction == "outbound" and each.state in GOING]
        prepared = next((each for each in going if "shipped" in each.actions), None)
        if line.may_ship and not going:
            yield "ship", self._parcel(line)
        if prepared and prepared.lines[0] == line.line:
            leave = self._news(prepared)
            yield (
                "leave",
                replace(leave, id=f"leave-{prepared.id}", label=self._page.gettext(N_("Remettre au transporteur"))),
            )
        for step in line.actions:
            if step == "keep_disk" and line.return_.state == "settled" and not self._has_certificate():
                continue
            yield words.place(step, line), self._step(line, step)
        if line.may_ship and going:
            yield "another", self._parcel(line)
        if self._page.may("sqp") and "receive_replacement" in line.actions and line.replacement_return:
            hidden = {"lines": str(line.line), "direction": "replacement_return"}
            about = N_("Le colis par lequel le remplacement revient à SQP.")
            yield "back", self._act(
                f"back-{line.line}", N_("Annoncer le colis du remplacement"), f"{self._base}/colis",
                parcel_forms.PARCEL_BACK, self._offered, hidden=hidden, about=about, is_new=True,
            )  # fmt: skip

    def _step(self, line: Exchange, step: StepName) -> Act:
        form = forms.FORMS[step]
        label, about = words.of(form, line)
        claims = [each for each in self._offered["claims"] if each[0] in line.claim_next]
        hidden = {"step": step, "version": str(line.version)}
        without = {
            "without_statement": bool(self._found.statements),
            "another": words.awaited(line) != "in_transit",
        }
        asks = [ask for ask in form.asks if not without.get(ask.name)]
        typed: Typed = {}
        if step == "keep_disk":
            asks, about = self._certificate(asks, about)
        elif step == "settle" and line.return_.is_disk_kept:
            typed = {"outcome": "retained", "certificate_file_id": str(line.return_.certificate_file_id or "")}
        elif step == "approve" and line.type == "advance_exchange":
            about = self._found.address_warning
        return self._act(
            f"{step}-{line.line}",
            label,
            f"{self._base}/echanges/{line.line}",
            asks,
            {**self._offered, "claims": claims},
            hidden=hidden,
            typed=typed,
            about=about,
            is_danger=form.is_danger,
        )

    def _has_certificate(self) -> bool:
        """Once a return is settled, keeping its disk is told with a certificate or not at all."""
        return "declaration" in self._incident.actions.attach or bool(self._offered["certificates"])

    def _certificate(self, asks: Sequence[Ask], about: str) -> tuple[list[Ask], str]:
        """How the certificate is given: chosen of the declaration's files, or with the form by who may attach it there;
        to others it is said how."""
        may_attach = "declaration" in self._incident.actions.attach
        left = [
            ask
            for ask in asks
            if (ask.kind != "file" or may_attach) and (ask.source != "certificates" or self._offered["certificates"])
        ]
        if may_attach:
            return left, about
        where = CERTIFICATE_BY_OTHERS if self._page.may("sqp") else CERTIFICATE_BY_RESELLER
        return left, f"{self._page.gettext(about)} {self._page.gettext(where)}"

    def _parcel(self, line: Exchange) -> Act:
        lines = [
            (str(each.line), f"{each.line} · {each.product_reference} · {_leaves(each)}")
            for each in self._found.items
            if each.may_ship
        ]
        return self._act(
            f"parcel-{line.line}", N_("Préparer un colis"), f"{self._base}/colis", parcel_forms.PARCEL,
            {**self._offered, "lines": lines}, typed={"lines": [str(line.line)]}, is_new=True,
        )  # fmt: skip

    def _news(self, parcel: Shipment) -> Act:
        label = N_("Nouvelle du colis")
        known = [(state, self._page.gettext(words.NEWS[state])) for state in parcel.actions]
        typed = {"carrier": parcel.carrier, "state": parcel.actions[0]}
        offered = {**self._offered, "news": known}
        return self._act(
            f"news-{parcel.id}", label, f"{self._base}/colis/{parcel.id}", parcel_forms.NEWS, offered, typed=typed
        )

    def _recall(self, parcel: Shipment) -> Act:
        return self._act(
            f"recall-{parcel.id}", N_("Retirer ce colis"), f"{self._base}/colis/{parcel.id}", parcel_forms.RECALL,
            self._offered, hidden={"state": "recalled"}, about=words.RECALLS, is_danger=True,
        )  # fmt: skip

    def _products(self) -> list[tuple[str, str]]:
        return [
            (article.serial_number, _named(article))
            for article in self._incident.articles
            if article.serial_number in self._found.requestable
        ]

    def _act(
        self,
        identifier: str,
        label: str,
        href: str,
        asks: Sequence[Ask],
        offered: Offered,
        *,
        hidden: Mapping[str, str] | None = None,
        typed: Typed | None = None,
        about: str = "",
        is_danger: bool = False,
        is_new: bool = False,
    ) -> Act:
        key = {"key": str(uuid4())} if is_new else {}
        again = self._refused if self._refused and self._refused.id == identifier else None
        return Act(
            id=identifier,
            label=self._page.gettext(label),
            href=href,
            asks=asks,
            offered=offered,
            hidden={"form": identifier, **key, **(hidden or {})},
            typed=again.typed if again else typed or {},
            errors=again.errors if again else FINE,
            about=self._page.gettext(about) if about else "",
            is_danger=is_danger,
        )


CERTIFICATE_BY_OTHERS = N_(
    "Le certificat de destruction est à joindre à la déclaration, par le revendeur ou par qui l’a faite."
)
CERTIFICATE_BY_RESELLER = N_(
    "Pour le certificat de destruction : envoyez-le à votre revendeur par la messagerie, il le joint à la déclaration."
)


def _offered(page: Page, incident: Incident, found: Exchanges) -> dict[str, Sequence[tuple[str, str]]]:
    choices = found.choices
    certificates = [
        (str(each.file_id), each.name or page.gettext("Fichier"))
        for each in incident.attachments
        if each.scope == "declaration" and each.state == "bound"
    ]
    return {
        "types": _pairs(choices.types),
        "conditions": _pairs(choices.conditions),
        "carriers": _pairs(choices.carriers),
        "inspections": _pairs(choices.inspections),
        "settlements": _pairs(choices.settlements),
        "reversals": _pairs(choices.reversals),
        "claims": _pairs(choices.claims),
        "certificates": certificates,
        "countries": list(countries.countries(page.language).items()),
    }


def _order(line: Exchange, *, for_sqp: bool) -> Sequence[str]:
    """What is next, the first of these that may be done. A kept disk and what got lost wait for SQP alone, and a holder
    is not asked for what was sent, or may still come after an inspection."""
    waits = line.return_.is_disk_kept or words.awaited(line) == "lost"
    if for_sqp:
        known = NEXT_OF_SQP if line.replacement_return else [step for step in NEXT_OF_SQP if step != TURNS_UP]
        return ("settle", *known) if waits else known
    is_done = waits or line.return_.state == "inspected" or words.awaited(line) == "in_transit"
    return () if is_done else ("return_shipped",)


def _pairs(choices: Sequence[Choice]) -> list[tuple[str, str]]:
    return [(each.value, each.label) for each in choices]


def _named(article: Article) -> str:
    return " · ".join(
        dict.fromkeys(filter(None, (article.serial_number, article.product_reference, article.designation)))
    )


def _leaves(line: Exchange) -> str:
    return line.replacement.serial_number if line.replacement else line.serial_number
