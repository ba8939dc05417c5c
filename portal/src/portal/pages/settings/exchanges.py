"""SQP's rules of exchanges: read by its people, changed by its administrators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from starlette.responses import Response

from portal.forms import FINE, Field, Form, FormErrors
from portal.page import Page
from portal.pages.rights import writers
from portal.router import Blueprint
from portal.services import exchanges
from portal.translations import N_

blueprint = Blueprint()

PATH = "/parametres/echanges"
CONSEQUENCES = {
    "warn": N_("SQP relance, sans autre suite"),
    "standard": N_("Les échanges suivants partent après réception seulement"),
    "refused": N_("Aucun nouvel échange n’est accordé"),
}
RULE = Form(
    Field("return_days", N_("Jours pour renvoyer")),
    Field("extension_days", N_("Jours d’un délai accordé")),
    Field("presumed_delivered_days", N_("Jours sans nouvelles avant de compter un colis comme livré")),
    Field("overdue", N_("Quand un retour est en retard"), choices=CONSEQUENCES),
    Field("return_address", N_("Adresse des retours"), needed=False),
)
LEVELS = Form(Field("by_service_level", N_("Délais par niveau de service"), needed=False))
DAYS = ("return_days", "extension_days", "presumed_delivered_days")
SPARE = 2

Level = tuple[str, str]


@blueprint.get(PATH)
async def show(page: Page) -> Response:
    return await _page(page)


@blueprint.post(f"{PATH}/regle")
@writers("sqp")
async def change(page: Page) -> Response:
    typed = RULE.typed(page)
    values = {name: _number(value) if name in DAYS else value for name, value in typed.items()}
    trouble = await RULE.patch(page, exchanges.settings(page), values)
    if trouble:
        return await _page(page, rule=typed, rule_trouble=trouble)
    return page.redirect(PATH, flash=page.gettext("La règle est enregistrée. Les dates déjà annoncées restent."))


@blueprint.post(f"{PATH}/niveaux")
@writers("sqp")
async def change_levels(page: Page) -> Response:
    typed = [
        (level.strip(), days.strip())
        for level, days in zip_longest(page.fields("service_level"), page.fields("days"), fillvalue="")
    ]
    given = [(level, days) for level, days in typed if level or days]
    wanted = [{"service_level": level, "return_days": _number(days)} for level, days in given]

    async def patch() -> None:
        await exchanges.settings(page).patch({"by_service_level": wanted}, page.field("etag"))

    trouble = await LEVELS.attempt(page, patch)
    if trouble:
        return await _page(page, levels=given, levels_trouble=trouble)
    return page.redirect(PATH, flash=page.gettext("Les délais par niveau de service sont enregistrés."))


def _number(typed: str) -> int | str:
    """As a request has it; what is none goes as it is, for the request to refuse."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else typed


async def _page(
    page: Page,
    *,
    rule: Mapping[str, str] | None = None,
    rule_trouble: FormErrors = FINE,
    levels: Sequence[Level] | None = None,
    levels_trouble: FormErrors = FINE,
) -> Response:
    """``rule`` and ``levels`` are what was typed into the form that is shown again."""
    read = await exchanges.settings(page).read()
    held = [(each.service_level, str(each.return_days)) for each in read.body.by_service_level]
    trouble = rule_trouble if rule else levels_trouble
    return await page.render(
        "settings/exchanges.html",
        status=trouble.status,
        settings=read.body,
        etag=rule_trouble.etag or read.etag,
        # Another's change meanwhile is shown above; saving once more replaces it.
        levels_etag=read.etag,
        rule=rule or {name: getattr(read.body, name) for name in (*DAYS, "overdue", "return_address")},
        rule_trouble=rule_trouble,
        levels=[*(held if levels is None else levels), *[("", "")] * SPARE],
        held=held,
        levels_trouble=levels_trouble,
        consequences=[(value, page.gettext(label)) for value, label in CONSEQUENCES.items()],
    )
