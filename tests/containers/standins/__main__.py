"""Provides every image that the compose file names: `python -m tests.containers.standins [NAME...]`.

Asks the engine of DOCKER_HOST. It pulls what it can and builds the rest, in about three minutes on two cores.
Exits with 3 and one sentence if it cannot.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.containers.standins import docker
from tests.containers.standins.builder import ensure
from tests.containers.standins.images import STAND_INS, StandIn

from devkit.servers.process import Missing


def main(names: list[str]) -> int:
    try:
        docker.run("version", seconds=30)
        wanted = [each for each in STAND_INS if not names or each.name in names]
        with ThreadPoolExecutor(max_workers=2) as workers:
            for line in workers.map(_reported, wanted):
                print(line, flush=True)
    except (OSError, Missing, docker.EngineFailed) as error:
        print(f"stand-ins: {error}", file=sys.stderr)
        return 3
    return 0


def _reported(stand_in: StandIn) -> str:
    begun = time.monotonic()
    origin = ensure(stand_in)
    return f"{stand_in.tag}: {origin} ({time.monotonic() - begun:.0f} s)"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
