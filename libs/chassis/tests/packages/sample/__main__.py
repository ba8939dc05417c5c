"""``python -m sample …``, as any service."""

from chassis.cli import main
from sample.bootstrap import build
from sample.settings import Settings

if __name__ == "__main__":
    main(Settings, build)
