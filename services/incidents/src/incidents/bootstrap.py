"""Wires the incidents service."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from chassis import changes as feed
from chassis.database import Database
from chassis.job_registry import JobRegistry
from chassis.jobs import housekeeping
from chassis.service import Service, jwks
from incidents import api, tasks
from incidents.bulk import api as bulk_api
from incidents.bulk import performing as bulk
from incidents.canned import api as canned_api
from incidents.consumers import consumers
from incidents.desk import api as desk_api
from incidents.desk import service as desk
from incidents.drafts import api as drafts_api
from incidents.drafts import service as drafts
from incidents.exchanges import api as exchanges_api
from incidents.exchanges import reminders
from incidents.figures import api as figures_api
from incidents.figures import repository as figures
from incidents.merging import api as merging_api
from incidents.models import Base
from incidents.pending import api as pending_api
from incidents.pending import service as pending
from incidents.presence import api as presence_api
from incidents.presence import service as presence
from incidents.promises import api as promises_api
from incidents.promises import service as promises
from incidents.saved_views import api as saved_views_api
from incidents.searching import api as searching_api
from incidents.searching import repository as searching
from incidents.service import changes
from incidents.settings import Settings
from incidents.sharing import api as sharing_api


def build(settings: Settings) -> Service:
    return Service(
        settings=settings,
        database=Database(settings),
        metadata=Base.metadata,
        migrations=Path(__file__).parent / "migrations",
        routers=(
            searching_api.texts,
            figures_api.figures,
            api.incidents,
            sharing_api.sharing,
            api.declaring,
            api.backoffice,
            drafts_api.drafts,
            drafts_api.messages,
            pending_api.pending,
            promises_api.settings,
            # Before ``/desk/{number}``.
            presence_api.presence,
            desk_api.desk,
            merging_api.merging,
            saved_views_api.saved_views,
            bulk_api.bulk,
            canned_api.canned,
            exchanges_api.exchanges,
            exchanges_api.backoffice,
            exchanges_api.settings,
            exchanges_api.links,
        ),
        consumers=consumers(),
        jobs=_jobs(settings),
        keys=jwks(settings),
    )


def _jobs(settings: Settings) -> JobRegistry:
    jobs = JobRegistry("incidents")
    housekeeping.register(jobs)
    feed.register(jobs)
    jobs.bind_periodic(tasks.CLOSE_RESOLVED, timedelta(minutes=15), changes.close_resolved)
    jobs.bind_periodic(tasks.MARK_MISSED_PROMISES, timedelta(minutes=5), promises.mark_missed)
    jobs.bind_periodic(tasks.PRESUME_DELIVERIES, timedelta(minutes=15), reminders.presume_deliveries)
    jobs.bind_periodic(tasks.REMIND_OF_RETURNS, timedelta(minutes=15), reminders.remind(settings.mail_public_key))
    jobs.bind_periodic(tasks.MARK_MISSED_LINES, timedelta(minutes=5), reminders.mark_missed)
    jobs.bind_periodic(tasks.CATCH_UP_DESK, timedelta(minutes=5), desk.catch_up)
    jobs.bind_periodic(tasks.CATCH_UP_SEARCH, timedelta(minutes=5), searching.catch_up)
    jobs.bind_periodic(tasks.FILL_FIRST_ANSWERS, timedelta(hours=1), figures.fill_first_answers)
    jobs.bind_periodic(tasks.EXPIRE_DRAFTS, timedelta(hours=1), drafts.expire)
    jobs.bind_periodic(tasks.EXPIRE_PRESENCES, timedelta(hours=1), presence.expire)
    jobs.bind(tasks.SEND_MESSAGE, pending.send)
    jobs.bind_periodic(tasks.CATCH_UP_MESSAGES, timedelta(minutes=1), pending.catch_up)
    jobs.bind(tasks.BULK_ROW, bulk.perform)
    jobs.bind_periodic(tasks.REVIVE_BULK, timedelta(minutes=5), bulk.revive)
    return jobs
