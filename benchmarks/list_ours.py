"""The contracts service's API process as in production, except that the benchmark provides the keys."""

from __future__ import annotations

import os
import sys

import uvicorn
from pydantic import SecretStr

from chassis.http.app import create_app
from contracts import bootstrap
from contracts.settings import Settings
from devkit.harness import TestKeys
from web.observability import configure_logging

if __name__ == "__main__":
    url = os.environ["BENCH_DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1)
    # Each request writes a log line, as in production.
    configure_logging("contracts")
    service = bootstrap.build(Settings(database_url=SecretStr(url)))
    service.keys = TestKeys.from_json(os.environ["BENCH_KEY"])
    uvicorn.run(create_app(service), port=int(sys.argv[1]), log_config=None, access_log=False)
