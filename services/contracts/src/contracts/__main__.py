"""``python -m contracts api | events | tasks | beat | migrate | dlq …``."""

from chassis.cli import main
from contracts.bootstrap import build
from contracts.settings import Settings

if __name__ == "__main__":
    main(Settings, build)
