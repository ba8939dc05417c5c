"""Writes docs/events.md, libs/events' subscriptions and the lists in the services' READMEs; `--check` only compares.

The lists come from the services' registrations; they are not edited by hand.
"""

import importlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from scripts import service_docs

from api.upstreams import SERVICES
from chassis.messaging.consumer import Consumer
from chassis.service import Service
from events import CATALOGUE, Event
from events.asyncapi import publisher, summary
from events.subscriptions import UNCONSUMED

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "events.md"
SUBSCRIPTIONS = ROOT / "libs" / "events" / "src" / "events" / "subscriptions.json"

HEAD = """# Events

Written by `scripts/generate-docs`; do not edit. Events travel as CloudEvents 1.0 on one topic exchange, routed by type,
at least once and in no guaranteed order. Each service publishes to its own exchange, which is bound to that one.
A sample of each is in [`libs/events/samples`](../libs/events/samples).
"""


def build(name: str) -> Service:
    """The service as its processes are wired."""
    settings = importlib.import_module(f"{name}.settings").Settings(environment="test")
    service: Service = importlib.import_module(f"{name}.bootstrap").build(settings)
    return service


def subscriptions(registered: Iterable[Consumer]) -> dict[str, list[str]]:
    takers: dict[str, list[str]] = {}
    for consumer in registered:
        for type_ in consumer.handlers:
            takers.setdefault(type_, []).append(consumer.name)
    return {type_: sorted(names) for type_, names in sorted(takers.items())}


def markdown(takers: dict[str, list[str]]) -> str:
    sections = [HEAD]
    for name in sorted({publisher(type_) for type_ in CATALOGUE}):
        models = [model for type_, model in sorted(CATALOGUE.items()) if publisher(type_) == name]
        sections.append(_published(name, models, takers))
    sections.append(_taken(takers))
    return "\n".join(sections)


def _published(name: str, models: list[type[Event]], takers: dict[str, list[str]]) -> str:
    rows = [f"| `{model.type}` | {_said(model)} | {_who(model.type, takers)} |" for model in models]
    return "\n".join(
        [f"## Published by {name}", "", "| event | meaning | consumed by |", "| --- | --- | --- |", *rows, ""]
    )


def _said(model: type[Event]) -> str:
    return summary(model).replace("\n", " ").replace("``", "`").replace("|", "\\|")


def _who(type_: str, takers: dict[str, list[str]]) -> str:
    if type_ in takers:
        return ", ".join(f"`{name}`" for name in takers[type_])
    return f"no service: {UNCONSUMED[type_]}" if type_ in UNCONSUMED else "no service"


def _taken(takers: dict[str, list[str]]) -> str:
    names = sorted({name for consumers in takers.values() for name in consumers})
    rows = [
        f"| `{name}` | {', '.join(f'`{type_}`' for type_, consumers in takers.items() if name in consumers)} |"
        for name in names
    ]
    return "\n".join(["## Consumers", "", "| queue | events |", "| --- | --- |", *rows, ""])


def main(check: bool) -> None:
    services = [build(name) for name in sorted(SERVICES)]
    takers = subscriptions(consumer for service in services for consumer in service.consumers)
    wanted = {
        DOCUMENT: markdown(takers),
        SUBSCRIPTIONS: json.dumps(takers, indent=2) + "\n",
        **service_docs.readmes(services),
    }
    stale = [path for path, content in wanted.items() if not path.exists() or path.read_text() != content]
    if check and stale:
        sys.exit(f"not current, run scripts/generate-docs: {', '.join(str(path.relative_to(ROOT)) for path in stale)}")
    for path in stale:
        path.write_text(wanted[path])


if __name__ == "__main__":
    main(check="--check" in sys.argv)
