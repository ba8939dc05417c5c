"""``python -m gateway api``."""

from gateway.bootstrap import build
from gateway.settings import Settings
from web.http.process import main

if __name__ == "__main__":
    main(Settings, build)
