"""``python -m identity api | events | tasks | beat | migrate | dlq … | rotate-keys | create-service-account …``."""

from chassis.cli import main
from identity.bootstrap import build
from identity.commands import COMMANDS
from identity.settings import Settings

if __name__ == "__main__":
    main(Settings, build, COMMANDS)
