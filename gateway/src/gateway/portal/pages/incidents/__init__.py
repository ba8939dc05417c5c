"""The list of incidents, one incident with its tabs, its two threads, its files and its states."""

from gateway.portal.pages.incidents import files, lists, messages, one, states
from gateway.portal.pages.incidents.base import section

__all__ = ["files", "lists", "messages", "one", "section", "states"]
