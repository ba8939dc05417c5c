"""What is refused of work on many incidents, and why."""

from __future__ import annotations

from web.errors import Conflict, Forbidden, NotFound
from web.i18n import text


class JobNotFound(NotFound):
    """Also another person's."""

    code = "job_not_found"
    message = text("Ce traitement n’existe pas ou n’est pas le vôtre.", "This job does not exist or is not yours.")


class OneAtATime(Conflict):
    code = "one_job_at_a_time"
    message = text(
        "Un de vos traitements est encore en cours : attendez sa fin, ou arrêtez-le.",
        "One of your jobs is still running: wait for its end, or stop it.",
    )


class NotAnyMore(Forbidden):
    """Who started the job works at the desk no longer."""

    code = "not_any_more"
    message = text(
        "La personne qui a lancé le traitement n’a plus le droit d’agir.",
        "The person who started the job may not act any more.",
    )
