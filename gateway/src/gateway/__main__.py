"""``python -m gateway api``."""

import argparse

from prometheus_client import start_http_server

from gateway.bootstrap import build
from gateway.settings import Settings
from web.http.serving import Server
from web.observability import configure_logging


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gateway")
    parser.add_subparsers(dest="verb", required=True).add_parser("api", help="serve the edge")
    parser.parse_args()
    settings = Settings()
    configure_logging(settings.name, settings.log_level)
    gateway = build(settings)
    if settings.metrics_port:
        start_http_server(settings.metrics_port, settings.host, gateway.metrics.registry)
    Server(gateway.server_config(), gateway.draining, settings.drain_seconds).run()


if __name__ == "__main__":
    main()
