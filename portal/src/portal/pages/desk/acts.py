"""What an agent does with one incident at the desk: takes, gives back, hands over, passes, puts aside,
reminds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.responses import Response

from api.incidents.desk import Assign, LinkCreate, MergeInto, PutOff, Skip
from portal import asks
from portal.api_client import ApiRefused
from portal.asks import Ask
from portal.forms import FormErrors
from portal.page import Page
from portal.page_request import Kind
from portal.pages.desk import queue
from portal.pages.desk.base import blueprint
from portal.pages.incidents import one
from portal.pages.incidents.base import here, number_of, view_of
from portal.pages.incidents.desk_bar import (
    ASSIGN,
    LINK,
    MERGE,
    PATH,
    PUT_OFF,
    SKIP,
    RefusedAct,
    bar,
    of_item,
)
from portal.pages.rights import writers
from portal.services import desk
from portal.translations import N_

TAKEN = N_("L’incident est à vous.")
GIVEN_BACK = N_("L’incident est rendu : il est de nouveau à tous.")
HANDED_OVER = N_("L’incident est transmis.")
PUT_OFF_TO = N_("L’incident est remis à plus tard. Un message de l’autre partie le ramène avant.")
AWAKE = N_("L’incident est repris.")
REMINDED = N_("Le rappel est parti.")
LINKED = N_("Les incidents sont liés.")
UNLINKED = N_("Les incidents ne sont plus liés.")
MERGED = N_("L’incident n° %(number)s est fusionné avec celui-ci. La fusion s’annule pendant dix minutes.")
PARTED = N_("La fusion est annulée : l’incident est de nouveau ce qu’il était.")
ASIDE = N_("L’incident est mis de côté : il reviendra de lui-même.")


@blueprint.get("/incidents/{number}/bureau")
async def show_bar(page: Page) -> Response:
    """The desk's bar, for a script that updates the page. Without script, a redirect to the page."""
    number = number_of(page)
    if not page.may("sqp"):
        raise ApiRefused(404, {})
    if not page.wants("desk-bar"):
        return page.redirect(here(page, number))
    return page.fragment("desk/bar.html", desk_bar=of_item(page, number, await desk.item(page, number)))


@blueprint.get(f"{PATH}/{{number}}/{{act}}")
async def back_to_incident(page: Page) -> Response:
    """A browser that loads the page of a refused form again asks here."""
    return page.redirect(here(page, number_of(page)))


@blueprint.post(f"{PATH}/{{number}}/prendre")
@writers("sqp")
async def take(page: Page) -> Response:
    number = number_of(page)
    return await _button(page, number, lambda: desk.take(page, number), TAKEN)


@blueprint.post(f"{PATH}/{{number}}/rendre")
@writers("sqp")
async def release(page: Page) -> Response:
    number = number_of(page)
    return await _button(page, number, lambda: desk.release(page, number), GIVEN_BACK)


@blueprint.post(f"{PATH}/{{number}}/regler")
@writers("sqp")
async def settle(page: Page) -> Response:
    number = number_of(page)
    return await _button(page, number, lambda: desk.settle(page, number), ASIDE)


@blueprint.post(f"{PATH}/{{number}}/reprendre")
@writers("sqp")
async def wake(page: Page) -> Response:
    number = number_of(page)
    return await _button(page, number, lambda: desk.wake(page, number), AWAKE)


@blueprint.post(f"{PATH}/{{number}}/relancer")
@writers("sqp")
async def remind(page: Page) -> Response:
    number = number_of(page)
    return await _button(page, number, lambda: desk.remind(page, number), REMINDED)


@blueprint.post(f"{PATH}/{{number}}/remettre")
@writers("sqp")
async def put_off(page: Page) -> Response:
    return await _sent(page, "remettre", PUT_OFF, PutOff, desk.put_off) or _back(page, PUT_OFF_TO)


@blueprint.post(f"{PATH}/{{number}}/transmettre")
@writers("sqp")
async def assign(page: Page) -> Response:
    return await _sent(page, "transmettre", ASSIGN, Assign, desk.assign) or _back(page, HANDED_OVER)


@blueprint.post(f"{PATH}/{{number}}/lier")
@writers("sqp")
async def link(page: Page) -> Response:
    return await _sent(page, "lier", LINK, LinkCreate, desk.link) or _back(page, LINKED)


@blueprint.post(f"{PATH}/{{number}}/delier")
@writers("sqp")
async def unlink(page: Page) -> Response:
    number, other = number_of(page), page.field("other")
    if not other.isdecimal():
        raise ApiRefused(404, {})
    return await _button(page, number, lambda: desk.unlink(page, number, other), UNLINKED)


@blueprint.post(f"{PATH}/{{number}}/fusionner")
@writers("sqp")
async def merge(page: Page) -> Response:
    """And on to the other, where both are read from now on."""
    if refused := await _sent(page, "fusionner", MERGE, MergeInto, desk.merge):
        return refused
    # As the service has read it, in whatever notation.
    target = MergeInto(number=page.field("number")).number
    return page.redirect(_here(page, target), flash=page.gettext(MERGED) % {"number": number_of(page)})


@blueprint.post(f"{PATH}/{{number}}/separer")
@writers("sqp")
async def part(page: Page) -> Response:
    number = number_of(page)
    return await _button(page, number, lambda: desk.part(page, number), PARTED)


@blueprint.post(f"{PATH}/{{number}}/passer")
@writers("sqp")
async def skip(page: Page) -> Response:
    """And on to the next."""
    refused = await _sent(page, "passer", SKIP, Skip, desk.skip)
    return refused or await queue.to_next(page, page.field("vue"), number_of(page))


async def _sent(
    page: Page,
    form: str,
    asked: tuple[Ask, ...],
    kind: type[Kind],
    act: Callable[[Page, str, Kind], Awaitable[object]],
) -> Response | None:
    """The form's page again with what was refused; None where it was taken."""
    number = number_of(page)

    async def change() -> None:
        await act(page, number, page.build(kind, asks.values(page, asked)))

    trouble = await asks.attempt(page, asked, change)
    return await _again(page, number, form, trouble, asked) if trouble else None


async def _button(page: Page, number: str, change: Callable[[], Awaitable[None]], said: str) -> Response:
    """Back to where the button stood; what was refused is said on the incident's page."""
    try:
        await change()
    except ApiRefused as refusal:
        if not refusal.is_for_the_form:
            raise
        return await _again(page, number, "", FormErrors(refusal.status, refusal.title), ())
    return _back(page, said)


def _back(page: Page, said: str) -> Response:
    return page.redirect(_here(page, number_of(page)), flash=page.gettext(said))


def _here(page: Page, number: str) -> str:
    view = view_of(page)
    if page.field("liste"):
        return f"{PATH}?{view}#rang-{number}" if view else f"{PATH}#rang-{number}"
    return here(page, number)


async def _again(page: Page, number: str, form: str, trouble: FormErrors, asked: tuple[Ask, ...]) -> Response:
    refused = RefusedAct(form, trouble, asks.typed(page, asked))
    said = {"desk_bar": await bar(page, number, refused)}
    return await one.show(page, number, said, tab="", status=trouble.status)
