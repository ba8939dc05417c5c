"""What the portal asks of the contracts service."""

from __future__ import annotations

from api.contracts import ClientSummaries, Contract, ContractPage, HolderPut
from api.coverage import Coverage
from portal.api_client import Parameter, Reply
from portal.page_request import PageRequest


async def find(page: PageRequest, **parameters: Parameter) -> ContractPage:
    return await page.get(ContractPage, "/contracts", **parameters)


async def get(page: PageRequest, number: str) -> Contract:
    return (await read(page, number)).body


async def read(page: PageRequest, number: str) -> Reply[Contract]:
    return await page.read(Contract, f"/contracts/{number}")


async def give(page: PageRequest, number: str, client: str, etag: str) -> None:
    """A contract without client becomes ``client``'s."""
    holder = page.build(HolderPut, {"client_id": client})
    await page.change("PUT", f"/contracts/{number}/client", holder, etag=etag)


async def summaries(page: PageRequest) -> ClientSummaries:
    """How many contracts each client has."""
    return await page.get(ClientSummaries, "/client-summaries")


async def coverage(page: PageRequest, serial: str) -> Coverage:
    """Of the equipment with exactly this serial number, today."""
    return await page.get(Coverage, "/coverage", serial=serial)
