"""A process of FastAPI with SQLAlchemy and one route: what a process takes before it does anything."""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine

app = FastAPI()
engine = create_async_engine("postgresql+psycopg://nobody@127.0.0.1/nothing")


@app.get("/readyz")
async def ready() -> dict[str, str]:
    return {}


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
