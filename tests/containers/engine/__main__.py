"""The command line: see the package."""

import shlex
import subprocess
import sys

from tests.containers import engine


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["start"], ["stop"]):
        print(engine.__doc__, file=sys.stderr)
        return 2
    try:
        if arguments == ["stop"]:
            print("stopped" if engine.stop() else "no engine of ours runs", file=sys.stderr)
        else:
            print("\n".join(f"export {name}={shlex.quote(value)}" for name, value in engine.ready().items()))
    except (engine.Missing, OSError, subprocess.SubprocessError) as error:
        print("no Docker engine:", " ".join(str(error).split()), file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
