"""What the portal asks of the incidents service about exchanges of hardware."""

from __future__ import annotations

from uuid import UUID

from api.incidents.exchange_answers import ReturnAnswer, ReturnLink, ReturnQuestion
from api.incidents.exchange_settings import ExchangeSettings, ExchangeSettingsPatch
from api.incidents.exchange_steps import ExchangeCreate, Statement
from api.incidents.exchanges import (
    ExchangePage,
    Exchanges,
    Prepared,
    Taken,
)
from api.incidents.shipments import ShipmentCreate, ShipmentNews
from portal.api_client import Parameter
from portal.page_request import PageRequest
from portal.services.resource import Resource
from web.schemas import Request


async def find(page: PageRequest, **parameters: Parameter) -> ExchangePage:
    return await page.get(ExchangePage, "/exchanges", **parameters)


async def of_incident(page: PageRequest, number: str) -> Exchanges:
    return await page.get(Exchanges, f"/incidents/{number}/exchanges")


async def request(page: PageRequest, number: str, wanted: ExchangeCreate, key: str) -> Taken:
    return (await page.send(Taken, "POST", f"/incidents/{number}/exchanges", wanted, key=key)).body


async def take(page: PageRequest, number: str, line: int, step: Request, version: str) -> Taken:
    """A step of the line in the version that the form showed."""
    path = f"/incidents/{number}/exchanges/{line}/steps"
    return (await page.send(Taken, "POST", path, step, etag=f'"{version}"')).body


async def prepare(page: PageRequest, number: str, parcel: ShipmentCreate, key: str) -> Prepared:
    return (await page.send(Prepared, "POST", f"/incidents/{number}/shipments", parcel, key=key)).body


async def tell(page: PageRequest, parcel: UUID, news: ShipmentNews) -> Prepared:
    return (await page.send(Prepared, "POST", f"/shipments/{parcel}/news", news)).body


async def state(page: PageRequest, number: str, statement: Statement) -> None:
    await page.change("POST", f"/incidents/{number}/statements", statement)


def settings(page: PageRequest) -> Resource[ExchangeSettings, ExchangeSettingsPatch]:
    """SQP's own."""
    return Resource(page, "/exchange-settings", ExchangeSettings, ExchangeSettingsPatch)


async def question(page: PageRequest, link: ReturnLink) -> ReturnQuestion:
    return (await page.send(ReturnQuestion, "POST", "/return-answers/question", link)).body


async def answer(page: PageRequest, said: ReturnAnswer) -> None:
    await page.change("POST", "/return-answers", said)
