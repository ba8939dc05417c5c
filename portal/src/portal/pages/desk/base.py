"""What the pages of the desk share: their blueprint."""

from __future__ import annotations

from portal.router import Blueprint

blueprint = Blueprint()
