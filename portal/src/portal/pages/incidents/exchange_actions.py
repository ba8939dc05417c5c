"""What is done about an incident's exchanges: a request, a step, a parcel and its news, the statement on the data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from starlette.responses import Response

from api.incidents.exchange_steps import ExchangeCreate, Statement
from api.incidents.shipments import ShipmentCreate, ShipmentNews
from portal import asks, uploads
from portal.api_client import ApiRefused
from portal.asks import Ask
from portal.forms import FormErrors
from portal.identifiers import identifier
from portal.page import Page
from portal.pages.incidents import exchange_forms, one, parcel_forms
from portal.pages.incidents.base import blueprint, here, line_of, number_of
from portal.pages.incidents.exchange_acts import RefusedStep
from portal.services import exchanges, incidents
from portal.translations import N_

TAB = "echange"
REQUESTED = N_("L’échange est demandé : SQP va décider.")
APPROVED = N_("L’échange est accordé.")
DONE = N_("C’est enregistré.")
PREPARED = N_("Le colis est enregistré.")
STATED = N_("Votre déclaration sur les données est enregistrée.")


@blueprint.get("/incidents/{number}/echanges")
@blueprint.get("/incidents/{number}/echanges/{line}")
@blueprint.get("/incidents/{number}/colis")
@blueprint.get("/incidents/{number}/colis/{parcel}")
@blueprint.get("/incidents/{number}/donnees")
async def show_exchanges(page: Page) -> Response:
    """A browser that loads the page of a refused form again asks here."""
    return page.redirect(here(page, number_of(page), TAB))


@blueprint.post("/incidents/{number}/echanges")
async def request_exchange(page: Page) -> Response:
    number = number_of(page)
    wanted = exchange_forms.REQUEST_OF_SQP if page.may("sqp") else exchange_forms.REQUEST

    async def change() -> None:
        body = page.build(ExchangeCreate, asks.values(page, wanted))
        await exchanges.request(page, number, body, page.field("key"))

    said = APPROVED if page.may("sqp") and page.field("approve") else REQUESTED
    return await _done_or_again(page, number, wanted, change, said)


@blueprint.post("/incidents/{number}/echanges/{line}", takes_files=True)
async def take_step(page: Page) -> Response:
    number, line = number_of(page), line_of(page)
    form = exchange_forms.FORMS.get(page.field("step"))
    if form is None:
        raise ApiRefused(404, {})
    certificates, refused = await uploads.take(page)
    if refused:
        trouble = FormErrors(422, wrong={exchange_forms.CERTIFICATE_FILE.name: " ".join(refused)})
        return await _again(page, number, form.asks, trouble)

    async def change() -> None:
        values = {"step": form.step, **asks.values(page, form.asks)}
        if certificates:
            await incidents.attach(page, number, [certificates[0].id])
            values["certificate_file_id"] = certificates[0].id
        await exchanges.take(page, number, line, page.build(form.request, values), page.field("version"))

    return await _done_or_again(page, number, form.asks, change, DONE, inside=form.step)


@blueprint.post("/incidents/{number}/colis")
async def prepare_parcel(page: Page) -> Response:
    number = number_of(page)
    is_back = page.field("direction") == "replacement_return"
    wanted = parcel_forms.PARCEL_BACK if is_back else parcel_forms.PARCEL
    more: dict[str, object] = {"direction": "replacement_return"} if is_back else {}
    more["lines"] = [int(line) for line in page.fields("lines") if line.isascii() and line.isdigit() and len(line) < 6]

    async def change() -> None:
        body = page.build(ShipmentCreate, {**asks.values(page, wanted), **more})
        await exchanges.prepare(page, number, body, page.field("key"))

    return await _done_or_again(page, number, wanted, change, PREPARED)


@blueprint.post("/incidents/{number}/colis/{parcel}")
async def tell_of_parcel(page: Page) -> Response:
    number, parcel = number_of(page), identifier(page, "parcel")

    async def change() -> None:
        await exchanges.tell(page, parcel, page.build(ShipmentNews, asks.values(page, parcel_forms.NEWS)))

    return await _done_or_again(page, number, parcel_forms.NEWS, change, DONE)


@blueprint.post("/incidents/{number}/donnees")
async def state_data(page: Page) -> Response:
    number = number_of(page)

    async def change() -> None:
        await exchanges.state(page, number, page.build(Statement, asks.values(page, exchange_forms.STATEMENT)))

    return await _done_or_again(page, number, exchange_forms.STATEMENT, change, STATED)


async def _done_or_again(
    page: Page,
    number: str,
    asked: Sequence[Ask],
    change: Callable[[], Awaitable[None]],
    said: str,
    *,
    inside: str = "",
) -> Response:
    """Back to the tab; what was refused stands in its form as it was typed."""
    trouble = await asks.attempt(page, asked, change, inside)
    if trouble is None:
        return page.redirect(here(page, number, TAB), flash=page.gettext(said))
    return await _again(page, number, asked, trouble)


async def _again(page: Page, number: str, asked: Sequence[Ask], trouble: FormErrors) -> Response:
    refused = RefusedStep(page.field("form"), asks.typed(page, asked), trouble)
    return await one.show(page, number, tab=TAB, refused=refused, status=trouble.status)
