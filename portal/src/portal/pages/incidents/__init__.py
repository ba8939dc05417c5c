"""The list of incidents, one incident with its tabs, its two threads, its files and its states."""

from portal.pages.incidents import files, lists, messages, one, states
from portal.pages.incidents.base import blueprint

__all__ = ["blueprint", "files", "lists", "messages", "one", "states"]
