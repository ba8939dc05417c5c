"""The list of incidents, one incident with its tabs, its two threads, its files, its states, and all of it on paper."""

from portal.pages.incidents import files, lists, messages, one, paper, states
from portal.pages.incidents.base import blueprint

__all__ = ["blueprint", "files", "lists", "messages", "one", "paper", "states"]
