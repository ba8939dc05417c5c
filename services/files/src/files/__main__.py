"""``python -m files api | events | tasks | beat | migrate | dlq …``."""

from chassis.cli import main
from files.bootstrap import build
from files.settings import Settings

if __name__ == "__main__":
    main(Settings, build)
