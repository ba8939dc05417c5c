"""The contracts service's API process as in production, but for the keys, which the benchmark hands over."""

from __future__ import annotations

import os
import sys

import uvicorn
from pydantic import SecretStr

from chassis.http.app import create_app
from chassis.observability import configure_logging
from chassis.testkit.harness import TestKeys
from contracts import bootstrap
from contracts.settings import Settings

if __name__ == "__main__":
    url = os.environ["BENCH_DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1)
    # Each request is a line of the log, and that is part of its price.
    configure_logging("contracts")
    service = bootstrap.build(Settings(database_url=SecretStr(url)))
    service.keys = TestKeys.from_json(os.environ["BENCH_KEY"])
    uvicorn.run(create_app(service), port=int(sys.argv[1]), log_config=None, access_log=False)
