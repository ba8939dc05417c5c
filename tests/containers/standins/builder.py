"""Builds a stand-in if its tag neither exists nor can be pulled, and again only if its inputs changed."""

import hashlib
import shutil
import tempfile
from pathlib import Path

from tests.containers.standins import base, docker
from tests.containers.standins.images import StandIn

_FOLDER = Path(__file__).parent


def ensure(stand_in: StandIn) -> str:
    """Provides the tag and returns its origin in a word. Raises EngineFailed or Missing.

    A published image is never replaced: only a tag with our own label is.
    """
    built_from = docker.label(stand_in.tag)
    if built_from == "":
        return "published"
    if built_from is None and docker.pull(stand_in.tag):
        return "pulled"
    with tempfile.TemporaryDirectory() as folder:
        context = Path(folder) / "context"
        shutil.copytree(_FOLDER / stand_in.name, context)
        if stand_in.fill:
            stand_in.fill(context)
        return _build(stand_in, context, built_from)


def _build(stand_in: StandIn, context: Path, built_from: str | None) -> str:
    digest = _digest(context, base.build(), *stand_in.arguments)
    if digest == built_from:
        return "stand-in, unchanged"
    arguments = [f"--build-arg={argument}" for argument in (f"BASE={base.IMAGE}", *stand_in.arguments)]
    labels = [f"--label={docker.LABEL}={digest}"]
    docker.run("build", *arguments, *labels, "--tag", stand_in.tag, context)
    return "stand-in, built"


def _digest(context: Path, *others: str) -> str:
    found = hashlib.sha256("\n".join(others).encode())
    for path in sorted(context.iterdir()):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        found.update(f"{path.name} {content}\n".encode())
    return found.hexdigest()
