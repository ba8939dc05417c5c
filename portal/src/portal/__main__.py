"""``python -m portal api``."""

from portal.bootstrap import build
from portal.settings import Settings
from web.http.process import main

if __name__ == "__main__":
    main(Settings, build)
