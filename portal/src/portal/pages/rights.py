"""Guards of form pages: a person without the right to submit a form is refused when opening it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from starlette.responses import Response

from portal.api_client import ApiRefused
from portal.page import Page
from portal.router import Handler


def refusal(page: Page) -> ApiRefused:
    """As the services refuse what a kind of organisation, or a role, may not do."""
    title = page.gettext("Vos droits ne permettent pas cette opération.")
    return ApiRefused(403, {"title": title, "code": "forbidden"})


def writers(*kinds: str) -> Callable[[Handler], Handler]:
    """For administrators of these kinds of organisation (any, if none is named): others get the service's refusal.

    The rule stays on the handler, for the test that walks every form.
    """

    def guard(handler: Handler) -> Handler:
        @wraps(handler)
        async def guarded(page: Page) -> Response:
            if not page.may(*kinds, write=True):
                raise refusal(page)
            return await handler(page)

        guarded.__dict__["writers"] = kinds
        return guarded

    return guard
