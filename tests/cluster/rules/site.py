"""What is a site's own in production: addresses of the outside, spoken to by TLS, which all say the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from tests.cluster.reading import SERVICES, of_kind
from tests.cluster.rendering import Manifest

PORTAL = {
    *(f"{name.upper()}_ISSUER" for name in (*SERVICES, "gateway")),
    "GATEWAY_PUBLIC_URL",
    "NOTIFICATIONS_PORTAL_URL",
}
# Names that lead nowhere else.
HERE = ("localhost", "127.", "0.0.0.0", "[", "10.", "192.168.")
RELAY = "NOTIFICATIONS_SMTP_HOST"
REAL = "production"


def settings(manifests: Sequence[Manifest]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in of_kind(manifests, "ConfigMap"):
        found |= each.get("data", {})
    return found


def portal(manifests: Sequence[Manifest]) -> list[str]:
    """One address, by which people come, tokens are issued, and e-mails lead back."""
    [ingress] = of_kind(manifests, "Ingress")
    wanted = f"https://{ingress['spec']['rules'][0].get('host')}"
    said = settings(manifests)
    found = [
        f"{name} is {said.get(name)}, the portal is {wanted}" for name in sorted(PORTAL) if said.get(name) != wanted
    ]
    return found if _is_outside(wanted) else [*found, f"nobody else finds {wanted}"]


def outside(manifests: Sequence[Manifest]) -> list[str]:
    """The object store and the mail relay are names of the outside, encrypted; no process takes a printed secret."""
    said = settings(manifests)
    names = sorted(f"{each.upper()}_ENVIRONMENT" for each in (*SERVICES, "gateway"))
    found = [f"{name} is {said.get(name)}: would take a printed secret" for name in names if said.get(name) != REAL]
    return [*found, *_unencrypted(said)]


def _unencrypted(said: dict[str, str]) -> Iterator[str]:
    store, relay = said.get("FILES_S3_ENDPOINT", ""), said.get(RELAY, "")
    if not store.startswith("https://") or not _is_outside(store):
        yield f"the object store is {store}"
    if said.get("NOTIFICATIONS_SMTP_STARTTLS") != "true" or not said.get("NOTIFICATIONS_SMTP_USERNAME"):
        yield "mail is handed over in clear, or under no name"
    if not _is_outside(f"//{relay}"):
        yield f"the mail relay is {relay}"
    if "@" not in said.get("NOTIFICATIONS_MAIL_FROM", ""):
        yield "mail has no sender"


def _is_outside(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return "." in host and not f"{host}.".startswith(HERE)
