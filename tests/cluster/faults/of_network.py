"""Of who may talk to whom, and of what is published."""

from __future__ import annotations

from typing import Any

from tests.cluster.faults.planting import MAIN, Fault, add, found, put, remove, take
from tests.cluster.rendering import Manifest
from tests.cluster.rules import doors, network

SNIPPET = "haproxy.org/backend-config-snippet"
EVERYBODY: Manifest = {"namespaceSelector": {}, "podSelector": {}}
ANY_NAMESPACE: Manifest = {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "anything"}}}
NOBODY: Manifest = {"podSelector": {"matchLabels": {"app": "anything"}}}
EVERYWHERE = [{"ipBlock": {"cidr": "0.0.0.0/0"}}]
INTO_POSTGRES = "NetworkPolicy into-postgres"
TO_POSTGRES = "NetworkPolicy to-postgres"
TO_MAIL = "NetworkPolicy to-mail"
OF_RABBITMQ = "NetworkPolicy rabbitmq"
ANNOTATIONS = "metadata annotations"
BACKEND = "spec rules 0 http paths 0 backend service"
LABELS = "podSelector matchLabels"
BALANCER = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "front", "namespace": "sqp"},
    "spec": {
        "type": "LoadBalancer",
        "selector": {"app.kubernetes.io/name": "gateway"},
        "ports": [{"name": "http", "port": 80, "targetPort": "http"}],
    },
}


def _gateway_to_the_database(manifests: list[Manifest]) -> None:
    leaving = found(manifests, TO_POSTGRES)["spec"]["podSelector"]
    arriving = found(manifests, INTO_POSTGRES)["spec"]["ingress"][0]["from"][0]["podSelector"]
    for selector in (leaving, arriving):
        selector["matchExpressions"][0]["values"].append("gateway")


def _caller_believed(manifests: list[Manifest]) -> None:
    annotations = found(manifests, "Ingress portal")["metadata"]["annotations"]
    lines = annotations[SNIPPET].splitlines()
    annotations[SNIPPET] = "\n".join(line for line in lines if "del-header" not in line)


def _nodes(manifests: list[Manifest]) -> None:
    for manifest in manifests:
        if manifest["kind"] == "Service" and manifest["metadata"]["name"].endswith("-api"):
            manifest["spec"]["type"] = "NodePort"


def drawn(name: str, plant: Any, word: str) -> Fault:
    return Fault(name, network.arrows_as_drawn, plant, word)


ARROWS = (
    Fault("open by default", network.denied_by_default, remove("NetworkPolicy nothing"), "egress is open"),
    drawn("an open policy", put(INTO_POSTGRES, "spec ingress", [{}]), "everybody to postgres by ANY any"),
    drawn("all ports", put(TO_MAIL, "spec egress 0 ports", []), "notifications-tasks to mail relay by ANY any"),
    drawn("to everywhere", put(TO_MAIL, "spec egress 0 to", EVERYWHERE), "0.0.0.0/0"),
    drawn("from every namespace", add(INTO_POSTGRES, "spec ingress 0 from", EVERYBODY), "nobody drew, ingress"),
    drawn("from any namespace", add(INTO_POSTGRES, "spec ingress 0 from", ANY_NAMESPACE), "anything"),
    drawn("from port to port", put(INTO_POSTGRES, "spec ingress 0 ports 0 endPort", 65535), "TCP 5432-65535"),
    drawn("another protocol", put(TO_POSTGRES, "spec egress 0 ports 0 protocol", "UDP"), "postgres by TCP 5432"),
    drawn("a port by name", put(TO_POSTGRES, "spec egress 0 ports 0 port", "postgresql"), "TCP postgresql"),
    drawn("no names", remove("NetworkPolicy names"), "files-api to name server by UDP 53"),
    drawn("names by UDP alone", take("NetworkPolicy names", "spec egress 0 ports 1"), "name server by TCP 53"),
    drawn(
        "the database's operator misspelt",
        put("NetworkPolicy postgres", f"spec ingress 0 from 0 {LABELS}", {"app.kubernetes.io/name": "cloudnativepg"}),
        "missing, ingress: postgres operator to postgres",
    ),
    drawn(
        "the scaler misspelt",
        put(OF_RABBITMQ, f"spec ingress 1 from 1 {LABELS} app", "keda"),
        "missing, ingress: scaler to rabbitmq",
    ),
    drawn(
        "the monitoring misspelt",
        put(
            "NetworkPolicy metrics-apis", "spec ingress 0 from 0 namespaceSelector matchLabels", {"name": "monitoring"}
        ),
        "missing, ingress: prometheus to files-api",
    ),
    drawn("no address", put(TO_MAIL, "spec egress 0 to 0 ipBlock cidr", "smtp.sqp.example"), "smtp.sqp.example"),
    drawn(
        "an operator of no selector",
        put(TO_POSTGRES, "spec podSelector matchExpressions 0 operator", "Is"),
        "missing, egress: files-api to postgres",
    ),
    drawn("a wide address", put(TO_MAIL, "spec egress 0 to 0 ipBlock cidr", "10.0.0.0/8"), "10.0.0.0/8"),
    drawn(
        "mirrors inside",
        put("NetworkPolicy signatures", "spec egress 0 to 0 ipBlock except", []),
        "missing, egress: clamav to mirrors",
    ),
    drawn("an arrow too many", _gateway_to_the_database, "nobody drew, egress: gateway to postgres"),
    drawn(
        "half an arrow",
        put("NetworkPolicy to-rabbitmq", "spec egress 0 ports", [{"port": 5671}]),
        "missing, egress: files-beat to rabbitmq",
    ),
    drawn("no way out", remove(TO_MAIL), "missing, egress: notifications-tasks to mail relay by TCP 587"),
    drawn(
        "the relay at another port",
        put("ConfigMap notifications-settings", "data NOTIFICATIONS_SMTP_PORT", "465"),
        "notifications-tasks to mail relay by TCP 465",
    ),
    drawn(
        "the store at another port",
        put("ConfigMap files-settings", "data FILES_S3_ENDPOINT", "https://s3.sqp.example:9000"),
        "files-api to object store by TCP 9000",
    ),
    drawn(
        "figures for nobody", remove("NetworkPolicy metrics-workers"), "missing, ingress: prometheus to files-events"
    ),
    Fault("aimed at nobody", network.aimed, add(INTO_POSTGRES, "spec ingress 0 from", NOBODY), "chooses nobody"),
    Fault("counts for nothing", network.aimed, put(TO_MAIL, "spec policyTypes", ["Ingress"]), "its egress"),
    Fault(
        "a neighbour elsewhere",
        network.settings_reach,
        put("ConfigMap files-settings", "data FILES_JOBS_URL", "amqp://files@rabbitmq:5673/files-jobs"),
        "rabbitmq:5673",
    ),
)
DOORS = (
    Fault("another port", doors.listening, put("Deployment files-api", f"{MAIN} ports 0 containerPort", 8001), "8001"),
    Fault(
        "figures looked for elsewhere",
        doors.listening,
        put("Deployment files-tasks", "spec template metadata annotations prometheus.io/port", "8000"),
        "files-tasks: Prometheus",
    ),
    Fault(
        "no figures of the database", doors.listening, take("Cluster postgres", "spec inheritedMetadata"), "postgres"
    ),
    Fault("a port of every machine", doors.led_to, _nodes, "service files-api: has type"),
    Fault("a door beside the door", doors.led_to, lambda manifests: manifests.append(BALANCER), "front"),
    Fault("the scanner elsewhere", doors.led_to, put("Service clamav", "spec ports 0 port", 3311), "3311"),
    Fault("one address for all", doors.led_to, take("Service files-api", "spec clusterIP"), "service files-api"),
    Fault(
        "the world's address", doors.led_to, put("Service gateway", "spec externalIPs", ["192.0.2.1"]), "externalIPs"
    ),
    Fault("not called by anybody", doors.led_to, remove("Service files-api"), "files-api is called"),
    Fault(
        "a service of nobody",
        doors.led_to,
        put("Service files-api", "spec selector app.kubernetes.io/component", "web"),
        "leads to []",
    ),
)
PUBLISHED = (
    Fault("without TLS", doors.published, put("Ingress portal", "spec tls", []), "without TLS"),
    Fault(
        "in clear as well",
        doors.published,
        put("Ingress portal", f"{ANNOTATIONS} haproxy.org/ssl-redirect", "false"),
        "ssl-redirect",
    ),
    Fault("another controller", doors.published, take("Ingress portal", "spec ingressClassName"), "served by None"),
    Fault("a service published", doors.published, put("Ingress portal", f"{BACKEND} name", "files-api"), "files-api"),
    Fault("a port of nobody", doors.published, put("Ingress portal", f"{BACKEND} port name", "https"), "https"),
    Fault("all else published", doors.published, put("Ingress portal", "spec defaultBackend", {}), "defaultBackend"),
    Fault("the caller believed", doors.published, _caller_believed, "del-header"),
    Fault(
        "figures for everybody",
        doors.led_to,
        add("Service gateway", "spec ports", {"name": "metrics", "port": 9000, "targetPort": "metrics"}),
        "wanted [{'name': 'http'",
    ),
    Fault(
        "TLS past the door",
        doors.published,
        put("Ingress portal", f"{ANNOTATIONS} haproxy.org/ssl-passthrough", "true"),
        "ssl-passthrough",
    ),
)

FAULTS = (*ARROWS, *DOORS, *PUBLISHED)
