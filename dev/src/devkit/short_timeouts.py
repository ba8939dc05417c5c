"""A process as it is, but for the time that it gives to requests under way when it leaves."""

from __future__ import annotations

import sys

START = """
import runpy
from web.http import serving
serving.GRACE = {grace}
runpy.run_module("{module}", run_name="__main__", alter_sys=True)
"""


def command(module: str, grace: float) -> list[str]:
    """``python -m module``; ``grace`` in seconds."""
    return [sys.executable, "-c", START.format(grace=grace, module=module)]
