"""Forms as tables: what each field asks, of which kind it is, and what a request makes of what was typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from portal.forms import MEANWHILE, Field, Form, FormErrors
from portal.page_request import PageRequest
from web.clock import PARIS

# ``lines``: a list, a line each. ``boxes``: several of a list. ``moment``: day and time in Paris.
# ``file``: goes to the files service on its own (uploads.take), and into no request by its name.
Kind = Literal["text", "area", "select", "date", "check", "lines", "moment", "boxes", "file"]
Typed = Mapping[str, str | list[str]]
Offered = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Ask(Field):
    """``source`` names what a select offers, of what its page knows; ``prompt`` its empty choice. Asks of one ``group``
    are folded together under that name."""

    kind: Kind = "text"
    hint: str = ""
    source: str = ""
    prompt: str = ""
    group: str = ""


async def attempt(
    page: PageRequest, asks: Sequence[Ask], change: Callable[[], Awaitable[object]], inside: str = ""
) -> FormErrors | None:
    """As ``Form.attempt``. After a 412 the page shows the present state beside the form, so the error only says that it
    changed."""
    trouble = await Form(*asks, inside=inside).attempt(page, change)
    if trouble and trouble.status == 412:
        return replace(trouble, title=page.gettext(MEANWHILE))
    return trouble


def typed(page: PageRequest, asks: Sequence[Ask]) -> dict[str, str | list[str]]:
    """For the form to be shown again."""
    kept = [ask for ask in asks if ask.kind != "file"]
    return {ask.name: page.fields(ask.name) if ask.kind == "boxes" else page.field(ask.name) for ask in kept}


def values(page: PageRequest, asks: Sequence[Ask]) -> dict[str, object]:
    """For a request. What is empty is left out; a path with a dot stands inside."""
    given: dict[str, object] = {}
    for ask in asks:
        value = "" if ask.kind == "file" else _value(page, ask)
        if value in ("", []):
            continue
        outer, _, inner = (ask.path or ask.name).partition(".")
        if inner:
            part = given.setdefault(outer, {})
            assert isinstance(part, dict), "a path's first name holds nothing else"
            part[inner] = value
        else:
            given[outer] = value
    return given


def _value(page: PageRequest, ask: Ask) -> object:
    typed_in = page.field(ask.name)
    if ask.kind == "boxes":
        return page.fields(ask.name)
    if ask.kind == "check":
        return bool(typed_in) or ""
    if ask.kind == "lines":
        return [line.strip() for line in typed_in.splitlines() if line.strip()]
    return _in_paris(typed_in) if ask.kind == "moment" else typed_in


def _in_paris(written: str) -> str:
    """A local time of the form as ISO 8601 with Paris's offset. Text that is no time goes unchanged: the service
    refuses it with a sentence for the field."""
    try:
        return datetime.fromisoformat(written).replace(tzinfo=PARIS).isoformat()
    except ValueError:
        return written
