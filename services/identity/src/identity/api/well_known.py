"""The public signing keys, outside /api/v1 where verifiers look for them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from identity import auth
from identity.dependencies import ServicesDep

router = APIRouter(tags=["keys"], dependencies=[auth.VERIFIERS])

MAX_AGE = 60


@router.get("/.well-known/jwks.json")
async def get_keys(response: Response, services: ServicesDep) -> dict[str, list[dict[str, Any]]]:
    """The next key, the active one, and retired ones whose tokens may still be about."""
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    return {"keys": await services.keys.published()}
