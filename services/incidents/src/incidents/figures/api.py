"""The HTTP of figures. Clients have none."""

from __future__ import annotations

from fastapi import APIRouter

from api.incidents import figures as schemas
from chassis.http import paging
from chassis.http.unit_of_work import Reader, UnitOfWorkRoute
from incidents import auth
from incidents.figures import queries
from web import clock

figures = APIRouter(prefix="/incidents", tags=["incidents"], route_class=UnitOfWorkRoute)


@figures.get("/figures")
async def get_figures(principal: auth.FigureReader, reader: Reader) -> schemas.Figures:
    """What is open, returned and promised, now; each figure is the total of a list of the same words."""
    today = clock.today()
    is_of_sqp = principal.organisation_kind != "reseller"
    shown = await queries.resellers(reader, today) if is_of_sqp else None
    return schemas.Figures(
        days=queries.DAYS,
        open=[
            schemas.OpenFigure(status=row.status, age=row.kind, count=min(row.counted, paging.EXACT_TOTAL + 1))
            for row in await queries.open_by_age(reader, principal, today)
        ],
        exchanges=await queries.stages(reader, principal, today),
        answers=await queries.answers(reader, today) if is_of_sqp else None,
        promises=await queries.promises(reader, today) if is_of_sqp else None,
        resellers=[schemas.ResellerFigure.model_validate(row) for row in shown] if shown is not None else None,
    )
