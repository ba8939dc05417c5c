"""A row is locked against its change, never against what only refers to it."""

from __future__ import annotations

import ast

from tests.architecture.conftest import ROOT

# Anything else is FOR UPDATE, which a row that refers to the locked one waits for: a message, a file or an act at the
# desk locks its incident so, by its foreign key, after what it has locked itself. Primary keys never change here.
WEAK = ("key_share", "read")


def test_no_lock_holds_up_a_row_that_refers_to_the_locked_one() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for folder in ("services", "libs")
        for path in sorted((ROOT / folder).glob("*/src/**/*.py"))
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "with_for_update"
        and not any(each.arg in WEAK for each in call.keywords)
    ]
    assert found == []
