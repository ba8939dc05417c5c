"""``python -m portal api``."""

import argparse

from prometheus_client import start_http_server

from portal.bootstrap import build
from portal.settings import Settings
from web.http.serving import Server
from web.observability import configure_logging


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m portal")
    parser.add_subparsers(dest="verb", required=True).add_parser("api", help="serve the pages")
    parser.parse_args()
    settings = Settings()
    configure_logging(settings.name, settings.log_level)
    portal = build(settings)
    if settings.metrics_port:
        start_http_server(settings.metrics_port, settings.host, portal.metrics.registry)
    Server(portal.server_config(), portal.draining, settings.drain_seconds).run()


if __name__ == "__main__":
    main()
