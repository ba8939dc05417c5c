"""What SQP sees of the desk on an incident's page: what is next, who has it, and what may be done about that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.incidents.desk import DeskItem
from portal import asks
from portal.asks import Ask
from portal.forms import FINE, FormErrors
from portal.page import Page
from portal.page_request import if_allowed, or_unavailable
from portal.pages.incidents import desk_words as words
from portal.pages.incidents import exchange_acts
from portal.pages.incidents.base import view_of
from portal.services import desk
from portal.translations import N_
from web import clock

PATH = "/a-traiter"
MAY_SETTLE = ("answer", "remind", "check")
ASSIGN = (
    Ask("user_id", N_("À qui"), kind="select", source="colleagues", prompt=N_("Choisir")),
    Ask(
        "note",
        N_("Note pour votre collègue"),
        needed=False,
        kind="area",
        hint=N_("Lue par SQP seul. Nécessaire pour ce qu’un collègue a déjà."),
    ),
)
PUT_OFF = (
    Ask("on", N_("Remettre au"), needed=False, kind="date", hint=N_("À 9 h ; vide : le prochain jour ouvré.")),
    Ask("note", N_("Pourquoi le remettre"), needed=False, kind="area", hint=N_("Lue par SQP seul.")),
)
LINK = (
    Ask("number", N_("N° de l’autre incident")),
    Ask(
        "relation",
        N_("Cet incident est"),
        kind="select",
        choices={
            "related": N_("lié à l’autre"),
            "follows": N_("la suite de l’autre"),
            "duplicates": N_("un doublon de l’autre"),
            "same_cause": N_("de même cause que l’autre"),
        },
    ),
    Ask("reason", N_("Pourquoi les lier"), kind="area", hint=N_("Lue par SQP seul.")),
)
MERGE = (
    Ask(
        "number",
        N_("N° de l’incident avec lequel le fusionner"),
        hint=N_("Celui-ci sera clos, et ses messages se liront dans l’autre. La fusion s’annule pendant dix minutes."),
    ),
)
# Who will be told, and what it will read.
REMINDS = N_("Les administrateurs de %(name)s seront relancés, par notification et e-mail. Ils liront : « %(asked)s »")
REMINDS_ONLY = N_(
    "Les administrateurs de %(name)s seront relancés, par notification et e-mail. Rien n’est cité : ni note ni message "
    "ne leur dit encore ce qui est attendu."
)
SKIP = (Ask("reason", N_("Pourquoi le passer"), kind="area", hint=N_("Lue par SQP seul.")),)


@dataclass(frozen=True)
class RefusedAct:
    """What was refused: a form by its name and as it was typed, or a button alone."""

    form: str
    errors: FormErrors
    typed: asks.Typed


@dataclass(frozen=True)
class Bar:
    """What stands at the top of an incident's page for SQP."""

    item: DeskItem
    urgency: words.Urgency | None
    view: str
    assign: exchange_acts.Act
    skip: exchange_acts.Act
    put_off: exchange_acts.Act
    link: exchange_acts.Act
    merge: exchange_acts.Act
    # What a reminder would do, in a sentence; empty if no answer is awaited, or it is too early for a reminder.
    reminder: str
    may_settle: bool
    said: str
    now: datetime


async def bar(page: Page, number: str, refused: RefusedAct | None = None) -> Bar | None:
    """None for other readers, and while the incidents service does not say."""
    if not page.may("sqp"):
        return None
    item = await or_unavailable(if_allowed(desk.item(page, number)))
    return of_item(page, number, item, refused) if item else None


def of_item(page: Page, number: str, item: DeskItem, refused: RefusedAct | None = None) -> Bar:
    view = view_of(page)
    colleagues = [(str(each.user_id), each.name) for each in item.colleagues]
    return Bar(
        item=item,
        urgency=words.urgency(page, item),
        view=view,
        assign=_act(page, number, "transmettre", N_("Transmettre"), ASSIGN, view, refused, colleagues=colleagues),
        skip=_act(page, number, "passer", N_("Passer"), SKIP, view, refused),
        put_off=_act(page, number, "remettre", N_("Remettre à plus tard"), PUT_OFF, view, refused),
        link=_act(page, number, "lier", N_("Lier"), LINK, view, refused),
        merge=_act(page, number, "fusionner", N_("Fusionner"), MERGE, view, refused),
        reminder=_reminder(page, item),
        may_settle=item.action in MAY_SETTLE,
        said=refused.errors.title if refused and not refused.form else "",
        now=clock.now(),
    )


def _reminder(page: Page, item: DeskItem) -> str:
    if item.awaiting is None or not item.awaiting.may_remind:
        return ""
    sentence = page.gettext(REMINDS if item.awaiting.asked else REMINDS_ONLY)
    return sentence % {"name": item.awaiting.name, "asked": item.awaiting.asked}


def _act(
    page: Page,
    number: str,
    name: str,
    label: str,
    asked: tuple[Ask, ...],
    view: str,
    refused: RefusedAct | None,
    **offered: list[tuple[str, str]],
) -> exchange_acts.Act:
    again = refused if refused and refused.form == name else None
    return exchange_acts.Act(
        id=name,
        label=page.gettext(label),
        href=f"{PATH}/{number}/{name}",
        asks=asked,
        offered=offered,
        hidden={"vue": view},
        typed=again.typed if again else {},
        errors=again.errors if again else FINE,
    )
