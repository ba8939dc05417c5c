"""Who may open a form."""

from __future__ import annotations

from gateway.portal.backend import Refused
from gateway.portal.site import Page


def writers_only(page: Page) -> None:
    """A basic user who types a form's address gets what the service would answer to the form."""
    if not page.may(write=True):
        raise Refused(
            403, {"title": page.gettext("Vos droits ne permettent pas cette opération."), "code": "forbidden"}
        )
