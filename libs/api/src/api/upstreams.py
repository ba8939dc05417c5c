"""The services, where they are, which of them answers which path, and what gateway and portal know each other by."""

from __future__ import annotations

from web.settings import UpstreamSettings

# The one list of services: scripts and tests import it.
SERVICES = ("identity", "contracts", "incidents", "files", "notifications")
API = "/api/v1/"
# The portal sets it and reads it; the gateway tells one browser's requests from another's by it.
SESSION_COOKIE = "__Host-session"

SEGMENTS = {
    **dict.fromkeys(
        ("auth", "oauth", "me", "sessions", "organisation", "users", "addresses", "clients", "resellers"),
        "identity",
    ),
    **{f"audit/{name}": name for name in SERVICES},
    "sign-up-requests": "identity",
    "invitations": "identity",
    "rescues": "identity",
    **dict.fromkeys(("contracts", "coverage", "client-summaries", "renewals"), "contracts"),
    **dict.fromkeys(
        (
            "incidents",
            "incident-drafts",
            "delivery-addresses",
            "promise-settings",
            "exchanges",
            "exchange-settings",
            "shipments",
            "return-answers",
            "desk",
            "desk-views",
            "desk-jobs",
            "canned-answers",
        ),
        "incidents",
    ),
    "files": "files",
    "notifications": "notifications",
    **dict.fromkeys(("backoffice/resellers", "backoffice/clients"), "identity"),
    **dict.fromkeys(("backoffice/incidents", "backoffice/shipments", "backoffice/tracking"), "incidents"),
    **dict.fromkeys(
        ("backoffice/contracts", "backoffice/imports", "backoffice/extension-offers", "backoffice/products"),
        "contracts",
    ),
}


def segment_of(path: str) -> str | None:
    """The key of SEGMENTS for ``path``, which is what follows ``/api/v1/``; None where no service answers."""
    first, _, rest = path.partition("/")
    two = f"{first}/{rest.partition('/')[0]}"
    return next((segment for segment in (two, first) if segment in SEGMENTS), None)


class PlatformSettings(UpstreamSettings):
    """Where the five services are. ``jwks_url`` is identity's own address unless said otherwise."""

    jwks_url: str = ""

    identity_url: str = "http://127.0.0.1:8081"
    contracts_url: str = "http://127.0.0.1:8082"
    incidents_url: str = "http://127.0.0.1:8083"
    files_url: str = "http://127.0.0.1:8084"
    notifications_url: str = "http://127.0.0.1:8085"

    @property
    def upstreams(self) -> dict[str, str]:
        return {name: getattr(self, f"{name}_url").rstrip("/") for name in SERVICES}

    @property
    def keys_url(self) -> str:
        return self.jwks_url or f"{self.upstreams['identity']}/.well-known/jwks.json"
