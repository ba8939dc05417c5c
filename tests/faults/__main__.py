"""``python -m tests.faults [--seed N] [--short] [--only WORD] [--rate N] [--list] [--write]``"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from tests.faults import injected as _injected
from tests.faults import report, runner
from tests.faults.registry import FAULTS, Fault
from tests.faults.rig import running

assert _injected  # imported for what it registers


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seed", type=int, default=1, help="of the schedule and of the load")
    parser.add_argument("--short", action="store_true", help="the cheapest faults with the widest reach")
    parser.add_argument("--only", action="append", default=[], help="faults whose names hold this word")
    parser.add_argument("--rate", type=float, default=20.0, help="writes a second")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    parser.add_argument("--list", action="store_true", help="list the faults and end")
    parser.add_argument("--write", action="store_true", help=f"write the figures to {report.DOCUMENT}")
    return parser.parse_args()


def _chosen(arguments: argparse.Namespace) -> list[Fault]:
    faults = [fault for fault in FAULTS.values() if fault.short or not arguments.short]
    if arguments.only:
        faults = [fault for fault in faults if any(word in fault.name for word in arguments.only)]
    return faults


async def _run(arguments: argparse.Namespace, folder: Path) -> bool:
    async with running(folder) as rig:
        done = await runner.run(rig, _chosen(arguments), arguments.seed, arguments.rate)
    text = report.page(done)
    print(text)
    if arguments.write:
        report.DOCUMENT.write_text(text)
    return done.is_clean


def main() -> None:
    arguments = _arguments()
    if arguments.list:
        print("\n".join(f"{'short ' if each.short else '      '}{each.name}" for each in FAULTS.values()))
        return
    folder = Path(tempfile.mkdtemp(prefix="sqp-faults-"))
    folder.chmod(0o755)  # PostgreSQL runs as another user when we are root
    is_clean = asyncio.run(_run(arguments, folder))
    if is_clean and not arguments.keep:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"logs: {folder / 'stack'}")
    sys.exit(0 if is_clean else 1)


main()
