"""The lists of tables, events and jobs in each service's README, from the service's own registrations."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from chassis.service import Service
from events import CATALOGUE
from events.asyncapi import publisher

ROOT = Path(__file__).resolve().parent.parent
BEGIN = "<!-- Written by `scripts/generate-docs` from here on; do not edit. -->"
END = "<!-- End of what is written. -->"
APPEND_ONLY = re.compile(r'append_only\("(\w+)"\)')


def readmes(services: Iterable[Service]) -> dict[Path, str]:
    """What each README should hold, by its path. Raises ValueError if one lacks the two marks."""
    wanted = {}
    for service in services:
        path = ROOT / "services" / service.name / "README.md"
        before, begin, rest = path.read_text().partition(BEGIN)
        _, end, after = rest.partition(END)
        if not begin or not end:
            raise ValueError(f"{path} lacks the marks of its lists")
        wanted[path] = f"{before}{BEGIN}\n\n{_lists(service)}\n\n{END}{after}"
    return wanted


def _lists(service: Service) -> str:
    own, projections = _tables(service.name)
    rows = [
        ("tables", ", ".join(own)),
        ("projections", ", ".join(projections)),
        ("publishes", ", ".join(_name(each) for each in sorted(CATALOGUE) if publisher(each) == service.name)),
        *(
            (f"consumes, in `{consumer.name}`", ", ".join(map(_name, consumer.handlers)))
            for consumer in service.consumers
        ),
        ("jobs", ", ".join(_jobs(service))),
    ]
    return "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {what} |" for name, what in rows if what)])


def _tables(name: str) -> tuple[list[str], list[str]]:
    """The service's own tables, and its projections: those whose class says so. Tables of the chassis are left out."""
    migrations = (ROOT / "services" / name / "src" / name / "migrations" / "versions").glob("*.py")
    append_only = {table for each in migrations for table in APPEND_ONLY.findall(each.read_text())}
    base = importlib.import_module(f"{name}.models").Base
    projections = {
        mapper.local_table.name
        for mapper in base.registry.mappers
        if (inspect.getdoc(mapper.class_) or "").startswith("Projection")
    }
    others = set(base.metadata.tables) - projections
    own = [f"`{each}`{' (append-only)' if each in append_only else ''}" for each in sorted(others)]
    return own, [f"`{each}`" for each in sorted(projections)]


def _name(type_: str) -> str:
    return f"`{CATALOGUE[type_].__name__}`"


def _jobs(service: Service) -> list[str]:
    return [f"`{name}`{_every(service, name)}" for name in service.jobs.runs]


def _every(service: Service, name: str) -> str:
    periodic = service.jobs.periodic(name)
    if periodic is None:
        return ""
    hours, minutes = periodic.every / timedelta(hours=1), periodic.every / timedelta(minutes=1)
    return f" (every {hours:g} h)" if hours >= 1 else f" (every {minutes:g} min)"
