"""SQP's days of closure, and by what a dispatch is promised: read by its people, changed by its administrators."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date

from starlette.responses import Response

from api.incidents.promises import Closure, ClosureCreate, ClosuresAdded
from portal.forms import BARE, FINE, Field, Form, FormErrors
from portal.page import Page
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.services import incidents
from portal.translations import N_
from web import clock
from web.text.days import spelled

blueprint = Blueprint()

PROMISE = "/parametres/promesse"
STARTS = {"declaration": N_("La déclaration"), "approval": N_("L’accord de SQP pour l’échange")}
RULE = Form(
    Field("cutoff", N_("Heure limite")),
    Field("clock_start", N_("Le délai court depuis"), choices=STARTS),
)
CLOSURE = Form(
    Field("day", N_("Jour de fermeture")),
    Field("until", N_("Dernier jour"), needed=False),
    Field("reason", N_("Motif")),
    places=dict.fromkeys(("day_is_over", "not_a_working_day", "closed_already"), "day"),
)


@blueprint.get(PROMISE)
async def show(page: Page) -> Response:
    return await _page(page, FINE)


@blueprint.post(f"{PROMISE}/regle")
@writers("sqp")
async def change(page: Page) -> Response:
    typed = RULE.typed(page)
    trouble = await RULE.patch(page, incidents.promise_settings(page), typed)
    if trouble:
        return await _page(page, trouble, rule=typed)
    return page.redirect(PROMISE, flash=page.gettext("La règle est enregistrée. Elle vaut pour ce qui commence."))


@blueprint.post(f"{PROMISE}/fermetures")
@writers("sqp")
async def close(page: Page) -> Response:
    typed = CLOSURE.typed(page)
    added: list[ClosuresAdded] = []

    async def attempt() -> None:
        body = page.build(ClosureCreate, {**typed, "until": typed["until"] or None})
        added.append(await incidents.add_closures(page, body, page.field("key")))

    trouble = await CLOSURE.attempt(page, attempt)
    if trouble:
        return await _page(page, trouble, closure=typed)
    return page.redirect(PROMISE, flash=_added(page, added[0]))


@blueprint.post(f"{PROMISE}/fermetures/{{day}}/retirer")
@writers("sqp")
async def reopen(page: Page) -> Response:
    trouble = await BARE.attempt(page, lambda: incidents.remove_closure(page, page.request.path_params["day"]))
    if trouble:
        return await _page(page, trouble)
    return page.redirect(PROMISE, flash=page.gettext("La fermeture est retirée."))


def _added(page: Page, added: ClosuresAdded) -> str:
    if len(added.items) == 1:
        day = spelled(added.items[0], page.language)
        said = page.gettext("La fermeture est enregistrée : %(day)s.") % {"day": day}
    else:
        said = page.gettext("%(num)s jours de fermeture sont enregistrés.") % {"num": len(added.items)}
    if not added.due_anyway:
        return said
    kept = page.ngettext(
        "%(num)s promesse déjà faite reste due ce jour-là.",
        "%(num)s promesses déjà faites restent dues ces jours-là.",
        added.due_anyway,
    )
    return f"{said} {kept % {'num': added.due_anyway}}"


async def _page(
    page: Page, trouble: FormErrors, *, rule: Mapping[str, str] | None = None, closure: Mapping[str, str] | None = None
) -> Response:
    """``rule`` and ``closure`` are what was typed into the form that is shown again."""
    read = await incidents.promise_settings(page).read()
    today = clock.today()
    return await page.render(
        "settings/promise.html",
        status=trouble.status,
        settings=read.body,
        etag=trouble.etag or read.etag,
        starts=[(value, page.gettext(label)) for value, label in STARTS.items()],
        rule=rule or {"cutoff": read.body.cutoff, "clock_start": read.body.clock_start},
        rule_trouble=trouble if rule else FINE,
        closure=closure or {"day": "", "until": "", "reason": ""},
        closure_trouble=FINE if rule else trouble,
        ahead=[each for each in read.body.closures if each.day >= today],
        past=_past(read.body.closures, today),
        key=page.field("key") or secrets.token_urlsafe(16),
    )


def _past(closures: list[Closure], today: date) -> list[Closure]:
    """Latest first."""
    return [each for each in reversed(closures) if each.day < today]
