"""The list of incidents, one incident with its tabs, its threads, its files, its states, and all of it on paper."""

from portal.pages.incidents import (
    around,
    canned,
    exchange_actions,
    files,
    lists,
    macros,
    message_drafts,
    messages,
    one,
    paper,
    paper_exchange,
    sharing,
    states,
)
from portal.pages.incidents.base import blueprint

__all__ = [
    "around",
    "blueprint",
    "canned",
    "exchange_actions",
    "files",
    "lists",
    "macros",
    "message_drafts",
    "messages",
    "one",
    "paper",
    "paper_exchange",
    "sharing",
    "states",
]
