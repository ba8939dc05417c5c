"""What every process has: crash points, logs, a command line."""

from __future__ import annotations

import argparse
import json
import logging
import signal
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from sample.bootstrap import build
from sample.settings import Settings

from chassis import cli
from chassis.failpoints import CRASH_POINT, UnknownPoint, crash_point
from chassis.jobs.dead_jobs import DeadJobs
from chassis.service import Service
from chassis.tables import DeadJob
from devkit.harness import Harness
from web import observability
from web.observability import configure_logging, continue_trace, request_id, traceparent

DIE = """
import sys
from chassis.failpoints import crash_point
for number in range(5):
    print(number, flush=True)
    crash_point(sys.argv[1])
"""


@pytest.mark.parametrize(("wanted", "printed"), [("api.after_commit", 1), ("api.after_commit:3", 3)])
def test_a_crash_point_kills_at_the_pass_it_names(wanted: str, printed: int) -> None:
    process = subprocess.run(
        [sys.executable, "-c", DIE, "api.after_commit"],
        env={CRASH_POINT: wanted},
        capture_output=True,
        check=False,
    )
    assert process.returncode == -signal.SIGKILL
    assert len(process.stdout.split()) == printed


@pytest.mark.parametrize("wanted", ["", "relay.after_confirm"])
def test_any_other_crash_point_is_passed(wanted: str) -> None:
    process = subprocess.run(
        [sys.executable, "-c", DIE, "api.after_commit"],
        env={CRASH_POINT: wanted},
        capture_output=True,
        check=False,
    )
    assert (process.returncode, len(process.stdout.split())) == (0, 5)


def test_a_crash_point_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault test with a misspelt point would pass without any fault."""
    monkeypatch.setenv(CRASH_POINT, "api.after_comit")
    with pytest.raises(UnknownPoint):
        crash_point("api.after_commit")


def test_a_log_line_is_json_with_the_ids_of_its_request(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        configure_logging("sample", "INFO")
        request_id.set("r-1")
        traceparent.set("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        logging.getLogger("x").warning("été %s", "là")
        line = json.loads(capsys.readouterr().out)
    finally:
        root.handlers[:], root.level = before
        request_id.set(None)
        traceparent.set(None)
    assert (line["message"], line["service"], line["level"]) == ("été là", "sample", "WARNING")
    assert (line["request_id"], line["trace_id"]) == ("r-1", "4bf92f3577b34da6a3ce929d0e0e4736")


def test_a_log_that_is_a_file_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observability, "FILE_SIZE", 1000)
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        configure_logging("sample", "INFO", file=tmp_path / "log")
        for number in range(100):
            logging.getLogger("x").warning("line %d", number)
        root.handlers[0].close()
    finally:
        root.handlers[:], root.level = before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log", "log.1", "log.2", "log.3"]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 4000
    assert json.loads((tmp_path / "log").read_text().splitlines()[-1])["message"] == "line 99"


@pytest.mark.parametrize("header", [None, "", "x", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "01-x"])
def test_a_trace_that_is_none_is_begun(header: str | None) -> None:
    assert continue_trace(header).split("-")[1] != "0" * 32


def test_a_commands_own_arguments_are_parsed_and_its_database_closed(capsys: pytest.CaptureFixture[str]) -> None:
    closed: list[str] = []

    async def greet(service: Service, arguments: argparse.Namespace) -> None:
        print(service.name, arguments.whom)

    def built(settings: Settings) -> Service:
        service = build(settings)

        async def close() -> None:
            closed.append(service.name)

        service.database.close = close  # type: ignore[method-assign]  # a stand-in
        return service

    def whom(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("whom")

    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        cli.main(Settings, built, [cli.Command("greet", "says hello", greet, whom)], ["greet", "you"])
    finally:
        root.handlers[:], root.level = before
    assert capsys.readouterr().out == "sample you\n"
    assert closed == ["sample"]


@pytest.mark.parametrize("argv", [[], ["nothing"], ["dlq"], ["dlq", "eat"], ["api", "x"]])
def test_any_other_command_line_is_refused(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(Settings, build, argv=argv)
    assert stopped.value.code == 2
    assert "usage: python -m sample" in capsys.readouterr().err


async def test_dead_jobs_are_dropped_by_id(harness: Harness) -> None:
    first, second = uuid4(), uuid4()
    async with harness.service.database.transaction() as session:
        session.add_all(DeadJob(id=i, job="sample.stamp", arguments={}, error="x") for i in (first, second))
    letters = DeadJobs(harness.service.database)
    assert await letters.drop("sample.jobs", {str(first), "x"}) == 1
    assert [letter.id for letter in await letters.listing("sample.jobs")] == [str(second)]
    assert await letters.replay("sample.jobs", None) == 1
    assert await harness.enqueued() == [("sample.stamp", {})]
