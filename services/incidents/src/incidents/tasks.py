"""The background jobs of the incidents service, by name and policy."""

from __future__ import annotations

from chassis.job_registry import Job

CLOSE_RESOLVED = Job("incidents.close_resolved", time_limit=600)
MARK_MISSED_PROMISES = Job("incidents.mark_missed_promises", time_limit=600)
PRESUME_DELIVERIES = Job("incidents.presume_deliveries", time_limit=600)
REMIND_OF_RETURNS = Job("incidents.remind_of_returns", time_limit=600)
MARK_MISSED_LINES = Job("incidents.mark_missed_lines", time_limit=600)
CATCH_UP_DESK = Job("incidents.catch_up_desk", time_limit=600)
CATCH_UP_SEARCH = Job("incidents.catch_up_search", time_limit=600)
FILL_FIRST_ANSWERS = Job("incidents.fill_first_answers", time_limit=600)
EXPIRE_PRESENCES = Job("incidents.expire_presences")
EXPIRE_DRAFTS = Job("incidents.expire_drafts")
SEND_MESSAGE = Job("incidents.send_message")
CATCH_UP_MESSAGES = Job("incidents.catch_up_messages")
BULK_ROW = Job("incidents.bulk_row")
REVIVE_BULK = Job("incidents.revive_bulk")
