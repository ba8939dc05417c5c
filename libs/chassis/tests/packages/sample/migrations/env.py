"""Alembic's entry; the chassis does the work."""

from chassis.migrate import run_environment

run_environment()
