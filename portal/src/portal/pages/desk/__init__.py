"""SQP's desk: the queue, who has what, and the bar on an incident's page."""

from portal.pages.desk import acts, bulk, presence, queue, saved_views
from portal.pages.desk.base import blueprint

__all__ = ["acts", "blueprint", "bulk", "presence", "queue", "saved_views"]
