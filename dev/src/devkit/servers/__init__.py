"""Real servers as private instances on free ports of 127.0.0.1, for development and tests.

Each server is a small class: `start()`, `url`, `stop()`, usable as a context manager. All are synchronous except the
mail catcher, which lives in the caller's event loop. A server dies with the process that started it (on Linux).
"""

from devkit.servers.process import Missing

__all__ = ["Missing"]
