"""The HTTP of second factors, by noun."""

from __future__ import annotations

from identity.factors import api, passkey_log_in, rescue_api, second_step

ROUTERS = (api.router, second_step.router, passkey_log_in.router, rescue_api.router)
