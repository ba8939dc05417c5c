"""Where a process listens, what leads there, and the one door to the world."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from tests.cluster import compose
from tests.cluster.reading import SERVICES, Workload, name_of, named, of_kind, selects, workloads
from tests.cluster.rendering import ROOT, Manifest

# Callers choose among the replicas by themselves.
HEADLESS = {*(f"{service}-api" for service in SERVICES), "s3"}
SERVICE = {"clusterIP", "ports", "selector"}
# Shown to an operator, asked by nobody.
SHOWN = {"mail": {"http": 1080}}
# Apart from what is asked by others: no way leads there but Prometheus's.
FIGURES = "metrics"
METERED = {"events", "tasks", "gateway"}
# What the controller is told of TLS, and what deploy/haproxy/haproxy.cfg says in its own words.
TOLD = {
    "ssl-redirect": "true",
    "ssl-redirect-code": "301",
    "ssl-redirect-port": "443",
    "load-balance": "leastconn",
    "timeout-server": "75s",
    "check": "true",
    "check-http": "/readyz",
    "check-interval": "500ms",
    "forwarded-for": "true",
}
SNIPPET = "haproxy.org/backend-config-snippet"
# Its annotations are read by that controller alone.
CLASS = "haproxy"
INGRESS = {"ingressClassName", "rules", "tls"}


def listened(workload: Workload) -> dict[str, int]:
    """Ports by name, as compose has the process listen."""
    settings = compose.environment(workload.process)
    if workload.is_ours:
        ports = {"http": "PORT"} if workload.component == "api" else {}
        ports |= {FIGURES: "METRICS_PORT"} if METERED & {workload.component, workload.process} else {}
        return {name: int(settings[f"{workload.service.upper()}_{setting}"]) for name, setting in ports.items()}
    return _of_others().get(workload.process, {})


def _of_others() -> dict[str, dict[str, int]]:
    """At the ports at which compose's processes call them."""
    files, mail = compose.environment("files-tasks"), compose.environment("notifications-tasks")
    return {
        "clamav": {"clamd": urlsplit(files["FILES_SCANNER_URL"]).port or 0},
        "s3": {"s3": urlsplit(files["FILES_S3_ENDPOINT"]).port or 0},
        "mail": {"smtp": int(mail["NOTIFICATIONS_SMTP_PORT"]), **SHOWN["mail"]},
    }


def listening(manifests: Sequence[Manifest]) -> list[str]:
    """A container names the ports at which its process listens, and Prometheus is led to the one with the figures."""
    found = []
    for workload in workloads(manifests):
        ports = {port.get("name"): port["containerPort"] for port in workload.main.get("ports", [])}
        if ports != (wanted := listened(workload)):
            found.append(f"{workload.process}: names the ports {ports}, listens at {wanted}")
        template = workload.manifest["spec"]["template"]["metadata"]
        if template.get("annotations", {}) != (figures := _figures(workload, wanted)):
            found.append(f"{workload.process}: Prometheus is told {template.get('annotations')}, wanted {figures}")
    inherited = named(manifests, "Cluster", "postgres")["spec"].get("inheritedMetadata")
    wanted_of_it = {"annotations": _scraped(9187)}
    return found if inherited == wanted_of_it else [*found, f"postgres: Prometheus is told {inherited}"]


def _figures(workload: Workload, ports: dict[str, int]) -> dict[str, str]:
    if not workload.is_ours or not ports:
        return {}
    return _scraped(ports.get(FIGURES) or ports["http"])


def _scraped(port: int) -> dict[str, str]:
    where = {"port": str(port), "path": "/metrics", "scrape": "true"}
    return {f"prometheus.io/{key}": value for key, value in where.items()}


def led_to(manifests: Sequence[Manifest]) -> list[str]:
    """A Service for each process that is called, by the same port, inside; none for any other."""
    called = {workload.process: workload for workload in workloads(manifests) if _is_called(workload)}
    services = {name_of(each): each["spec"] for each in of_kind(manifests, "Service")}
    found = [f"a service {name}, which leads to no door" for name in sorted(set(services) - set(called))]
    found += [f"{name} is called and has no service" for name in sorted(set(called) - set(services))]
    for name in sorted(set(called) & set(services)):
        found += [f"service {name}: {line}" for line in _astray(services[name], called[name], manifests)]
    return found


def _is_called(workload: Workload) -> bool:
    return bool(set(listened(workload)) - {FIGURES})


def _astray(spec: dict[str, Any], workload: Workload, manifests: Sequence[Manifest]) -> Iterator[str]:
    yield from (f"has {key}" for key in sorted(set(spec) - SERVICE))
    if spec.get("clusterIP", "") != ("None" if workload.process in HEADLESS else ""):
        yield f"has the address {spec.get('clusterIP')}"
    chosen = [w.process for w in workloads(manifests) if selects({"matchLabels": spec["selector"]}, w.labels)]
    if chosen != [workload.process]:
        yield f"leads to {chosen}"
    asked = {name: port for name, port in listened(workload).items() if name != FIGURES}
    wanted = [{"name": name, "port": port, "targetPort": name} for name, port in asked.items()]
    if spec["ports"] != wanted:
        yield f"at {spec['ports']}, wanted {wanted}"


def published(manifests: Sequence[Manifest]) -> list[str]:
    """The gateway alone, by TLS alone, at one address, and as its edge in compose treats it."""
    [ingress] = of_kind(manifests, "Ingress")
    spec, notes = ingress["spec"], ingress["metadata"].get("annotations", {})
    found = [f"the ingress has {key}" for key in sorted(set(spec) - INGRESS)]
    found += [] if spec.get("ingressClassName") == CLASS else [f"served by {spec.get('ingressClassName')}"]
    found += [f"{rule} is published" for rule in spec["rules"] if rule.get("http") != _to_the_gateway()]
    secured = [host for each in spec.get("tls", []) for host in each["hosts"]]
    if secured != [rule.get("host") for rule in spec["rules"]] or len(secured) != 1:
        found.append(f"{spec['rules'][0].get('host')} is spoken to without TLS, or is not alone")
    told = {key.removeprefix("haproxy.org/"): value for key, value in notes.items() if key != SNIPPET}
    found += [f"its controller is told {key}: {told.get(key)}, wanted {TOLD.get(key)}" for key in _unlike(told)]
    edge = {line.strip() for line in (ROOT / "deploy/haproxy/haproxy.cfg").read_text().splitlines()}
    # The controller redirects to TLS by an annotation of its own.
    wanted = {line for line in edge if line.startswith(("http-request", "retry-on")) and "redirect" not in line}
    said = set(notes.get(SNIPPET, "").splitlines())
    found += [f"the edge of compose also says: {line}" for line in sorted(wanted - said)]
    return found + [f"the edge of compose does not say: {line}" for line in sorted(said - wanted)]


def _unlike(told: dict[str, str]) -> list[str]:
    return sorted(key for key in told.keys() | TOLD.keys() if told.get(key) != TOLD.get(key))


def _to_the_gateway() -> dict[str, Any]:
    service = {"name": "gateway", "port": {"name": "http"}}
    return {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": service}}]}
