"""Calls of the engine's command line."""

import subprocess
from pathlib import Path

LABEL = "sqp.standin"


class EngineFailed(RuntimeError):
    """A command of the engine failed; the text contains the command and its last output."""


def run(*arguments: str | Path, stdin: int | None = None, seconds: float = 900) -> str:
    """What the command printed. Raises EngineFailed."""
    command = ["docker", *map(str, arguments)]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL if stdin is None else stdin,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode != 0:
        raise EngineFailed(f"{' '.join(command)}: {(done.stdout + done.stderr).strip()[-2000:]}")
    return done.stdout.strip()


def label(image: str) -> str | None:
    """None: no such image. Empty: a foreign image. Otherwise the digest of the inputs that it was built from."""
    try:
        return run(
            "image", "inspect", "--format", f'{{{{with .Config.Labels}}}}{{{{index . "{LABEL}"}}}}{{{{end}}}}', image
        )
    except EngineFailed:
        return None


def pull(image: str) -> bool:
    try:
        run("pull", "--quiet", image)
    except (EngineFailed, subprocess.TimeoutExpired):
        return False
    return True
