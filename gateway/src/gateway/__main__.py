"""``python -m gateway api``."""

import argparse

from chassis.http.serving import Server
from chassis.observability import configure_logging
from gateway.bootstrap import build
from gateway.settings import Settings


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gateway")
    parser.add_subparsers(dest="verb", required=True).add_parser("api", help="serve the edge")
    parser.parse_args()
    settings = Settings()
    configure_logging(settings.name, settings.log_level)
    gateway = build(settings)
    Server(gateway.server_config(), gateway.draining, settings.drain_seconds).run()


if __name__ == "__main__":
    main()
