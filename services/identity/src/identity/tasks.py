"""The background jobs of the identity service, by name and policy.

A forgotten password and a sign-up are jobs so that the request itself does the same work, and takes the same time,
whether or not there is an account.
"""

from __future__ import annotations

from chassis.job_registry import Job

SEND_RESET_LINKS = Job("identity.send_reset_links")
SEND_LINK_AGAIN = Job("identity.send_link_again")
SIGN_UP = Job("identity.sign_up")
ROTATE_KEYS = Job("identity.rotate_keys")
CLEAR_AWAY = Job("identity.clear_away_sessions")
