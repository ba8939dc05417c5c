"""``python -m incidents api | events | tasks | beat | migrate | dlq …``."""

from chassis.cli import main
from incidents.bootstrap import build
from incidents.settings import Settings

if __name__ == "__main__":
    main(Settings, build)
