"""Whatever a service puts on record has words in the portal's journal."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.conftest import ROOT

from chassis.audit import REFUSED
from chassis.http.app import create_app
from chassis.service import Service
from portal.pages.settings.journal import ACTIONS, SERVICES
from web.auth.rules import Rule
from web.http.route_access import declared_routes

SAFE = {"GET", "HEAD", "OPTIONS"}
Function = ast.FunctionDef | ast.AsyncFunctionDef
# Its routes record every change by more than their names, as its own tests say.
RECORDS_ITSELF = {"identity"}
NOTING = ("audit.note", "exporting.response")
ACTION = re.compile(r"[a-z_]+\.[a-z_]*")


def calls(service: Service, called: str, files: str = "*.py") -> Iterator[tuple[Function, ast.Call]]:
    """Each call of ``called`` in the service's source, with its function."""
    for path in sorted((ROOT / "services" / service.settings.name / "src").rglob(files)):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, Function):
                for call in ast.walk(function):
                    if isinstance(call, ast.Call) and ast.unparse(call.func) == called:
                        yield function, call


def written(service: Service) -> set[str]:
    """Actions that the service writes itself; ``sign_up.`` where the rest is known only then."""
    found = set()
    for function, call in calls(service, "audit.record"):
        where = function if isinstance(call.args[1], ast.Name) else call.args[1]
        texts = [
            each.value for each in ast.walk(where) if isinstance(each, ast.Constant) and isinstance(each.value, str)
        ]
        actions = {text for text in texts if ACTION.fullmatch(text)}
        assert actions, ast.unparse(call)
        found |= actions
    return found


def by_route(service: Service) -> set[str]:
    """Actions named by a route: changes by callers who are known, and reads that are noted."""
    changing = {
        route.name
        for route in declared_routes(create_app(service))
        if not route.methods <= SAFE and any(isinstance(rule, Rule) for rule in route.rules)
    }
    if service.settings.name in RECORDS_ITSELF:
        changing = set()
    skipped = {function.name for function, _ in calls(service, "audit.skip", "api.py")}
    noted = {function.name for called in NOTING for function, _ in calls(service, called)}
    return (changing - skipped) | noted


def test_what_is_on_record_by_an_id_is_called_by_its_name(service: Service) -> None:
    """An id says nothing to the people who read the journal."""
    nameless = [
        ast.unparse(call)
        for _, call in calls(service, "audit.record")
        for given in [{one.arg: ast.unparse(one.value) for one in call.keywords}]
        if given["subject"].endswith(".id") and "about" not in given and "_place(" not in given.get(None, "")
    ]
    assert nameless == []


def test_every_action_on_record_has_its_words(service: Service) -> None:
    assert service.settings.name in SERVICES
    actions = by_route(service) | written(service)
    assert len(actions) > 0
    nameless = {
        action
        for action in actions
        if not any(name == action or (action.endswith(".") and name.startswith(action)) for name in ACTIONS)
    }
    assert sorted(nameless) == []


def test_a_label_belongs_to_an_action(services: dict[str, Service]) -> None:
    known = {action for service in services.values() for action in by_route(service) | written(service)} | {REFUSED}
    assert sorted(name for name in ACTIONS if name not in known and f"{name.partition('.')[0]}." not in known) == []
