"""Ids that come from outside, in a path, a query or a form: in the one notation that pages write."""

from __future__ import annotations

import re
from uuid import UUID

from portal.api_client import ApiRefused
from portal.page_request import PageRequest

_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_id(value: str) -> bool:
    return _ID.fullmatch(value) is not None


def identifier(page: PageRequest, name: str = "id") -> UUID:
    """The id in the path. Raises a 404 for text that is no id."""
    value = str(page.request.path_params[name])
    if not is_id(value):
        raise ApiRefused(404, {})
    return UUID(value)


def filtered(page: PageRequest, name: str) -> tuple[str, ...]:
    """The id in the query by which a list is filtered; empty if there is none or it is no id."""
    value = page.query(name)
    return (value,) if is_id(value) else ()
