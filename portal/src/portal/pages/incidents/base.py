"""What the incident's pages share: their blueprint, and what an address names."""

from __future__ import annotations

import re

from portal.api_client import ApiRefused
from portal.page import Page
from portal.router import Blueprint

blueprint = Blueprint()

NUMBER = re.compile("[0-9]{8,16}")
LINE = re.compile("[1-9][0-9]{0,3}")


def number_of(page: Page) -> str:
    """The incident that the address names; what could be none is missing like any other."""
    number = str(page.request.path_params["number"])
    if not NUMBER.fullmatch(number):
        raise ApiRefused(404, {})
    return number


def line_of(page: Page) -> int:
    """The line of an exchange that the address names."""
    written = str(page.request.path_params["line"])
    if not LINE.fullmatch(written):
        raise ApiRefused(404, {})
    return int(written)


def path_of(number: str, tab: str = "") -> str:
    return f"/incidents/{number}?onglet={tab}" if tab else f"/incidents/{number}"
