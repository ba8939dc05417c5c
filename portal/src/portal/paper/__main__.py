"""``python -m portal.paper``: draws the sheet that it reads as JSON, writes the PDF, ends.

A process of its own, so that a long document neither holds up the portal nor fills its memory. From the first
character that it draws it may open no file and no connection and start no process.
"""

from __future__ import annotations

import resource
import sys
from contextlib import suppress

from portal.paper.layout import draw
from portal.paper.sheet import Sheet

MEMORY = 512 * 1024 * 1024
SECONDS = 30
FORBIDDEN = ("open", "socket.", "subprocess.", "os.", "shutil.", "urllib.", "ctypes.", "tempfile.")


def main() -> None:
    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        with suppress(ValueError, OSError):  # macOS has none for memory
            resource.setrlimit(limit, (most, most))
    sheet = Sheet.model_validate_json(sys.stdin.buffer.read())
    warm_up(sheet)
    sys.addaudithook(refuse)
    sys.stdout.buffer.write(draw(sheet))


def warm_up(sheet: Sheet) -> None:
    """An empty document, for what the library imports only when it draws."""
    draw(sheet.model_copy(update={"sections": []}))


def refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(f"{event} while drawing: {arguments!r}")


if __name__ == "__main__":
    main()
