"""``python -m notifications api | events | tasks | beat | migrate | dlq …``."""

from chassis.cli import main
from notifications.bootstrap import build
from notifications.settings import Settings

if __name__ == "__main__":
    main(Settings, build)
