"""Facts as a sentence of one line takes them: what people typed, days and hours in Paris, what a browser is called."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from web import user_agent
from web.clock import PARIS
from web.i18n import Language
from web.text.characters import line

Facts = dict[str, Any]


def one_line(value: str) -> str:
    """Nothing that a person typed ends a line of a header; the joiners of emoji families and of words stay."""
    return " ".join(line(value).split())


def plain(value: Any) -> Any:
    """What people typed among facts, each on one line."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return one_line(value) if isinstance(value, str) else value


def moments(facts: Facts) -> Facts:
    """``09/12/2023`` and ``18:27`` of the day or the moment that the facts name, in Paris."""
    if "ends_on" in facts:
        until = facts.get("order_until") or facts["ends_on"]
        return {
            name: f"{date.fromisoformat(day):%d/%m/%Y}" for name, day in (("day", facts["ends_on"]), ("until", until))
        }
    if "at" in facts:
        moment = datetime.fromisoformat(facts["at"]).astimezone(PARIS)
        return {"day": f"{moment:%d/%m/%Y}", "hour": f"{moment:%H:%M}"}
    return {}


def device(facts: Facts, language: Language) -> Facts:
    """*Firefox sur Windows* of what the browser called itself."""
    return {"device": user_agent.described(facts["device"], language)} if "device" in facts else {}
