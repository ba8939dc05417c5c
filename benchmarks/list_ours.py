"""A service's API process as in production, except that the benchmark provides the keys: contracts, or the one that
BENCH_SERVICE names."""

from __future__ import annotations

import os
import sys

import uvicorn
from pydantic import SecretStr

from chassis.http.app import create_app
from contracts import bootstrap as contracts
from contracts.settings import Settings as ContractsSettings
from devkit.harness import TestKeys
from incidents import bootstrap as incidents
from incidents.settings import Settings as IncidentsSettings
from web.observability import configure_logging

if __name__ == "__main__":
    url = os.environ["BENCH_DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1)
    # Each request writes a log line, as in production.
    name = os.environ.get("BENCH_SERVICE", "contracts")
    configure_logging(name)
    if name == "incidents":
        service = incidents.build(IncidentsSettings(database_url=SecretStr(url)))
    else:
        service = contracts.build(ContractsSettings(database_url=SecretStr(url)))
    service.keys = TestKeys.from_json(os.environ["BENCH_KEY"])
    uvicorn.run(create_app(service), port=int(sys.argv[1]), log_config=None, access_log=False)
