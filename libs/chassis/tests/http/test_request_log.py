"""What the log tells of a request: enough to find it by the id that a person reads out, and nothing secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sample.served import serving_api
from sample.testing import eventually

from devkit.harness import RESELLER, Harness
from web.http import request_log

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
NOTE = "/api/v1/notes/8d7a3fbe-98a1-4a8c-9f4e-26d4aa0d0d4f"


def lines(log: Path) -> list[dict[str, Any]]:
    told = [json.loads(line) for line in log.read_text().splitlines()]
    return [line for line in told if line["logger"] == request_log.log.name]


async def test_a_problem_is_found_by_its_id_and_no_query_is_told(harness: Harness, tmp_path: Path) -> None:
    async with serving_api(harness, tmp_path / "api") as api:
        for probe in ("/livez", "/readyz", "/metrics"):
            assert await api.status(probe) == 200
        asked = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
        problem = (await api.http.get(f"{NOTE}?token=mine-alone", headers=asked)).json()
        # Told once the answer is out.
        await eventually(lambda: lines(api.log))
        [line] = lines(api.log)
    assert line["request_id"] == problem["request_id"]
    assert (line["method"], line["path"], line["status"], line["trace_id"]) == ("GET", NOTE, 404, TRACE)
    assert line["milliseconds"] > 0
    assert line["message"] == f"GET {NOTE}: 404 in {line['milliseconds']} ms"
    assert line["level"] == "INFO"
    assert "mine-alone" not in (tmp_path / "api").read_text()


def test_a_path_of_any_length_is_one_short_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "chassis.requests")
    request_log.answered({"type": "http", "method": "GET", "path": "/" + "x" * 100_000}, 404, 0.001)
    assert len(caplog.messages[0]) < 400


def test_a_line_names_the_caller_who_proved_to_be_one(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "chassis.requests")
    scope = {"type": "http", "method": "GET", "path": "/", "state": {"principal": RESELLER}}
    for asked in (scope, {**scope, "state": {}}):
        request_log.answered(asked, 200, 0.001)
    told = [(vars(line)["subject"], vars(line)["organisation"]) for line in caplog.records]
    assert told == [(RESELLER.subject, str(RESELLER.organisation_id)), (None, None)]


def test_where_nobody_reads_such_lines_none_is_made(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING", "chassis.requests")
    request_log.answered({"type": "http", "method": "GET", "path": "/"}, 200, 0.001)
    assert caplog.messages == []
