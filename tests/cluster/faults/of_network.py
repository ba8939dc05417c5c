"""Of who may talk to whom, and of what is published."""

from __future__ import annotations

from tests.cluster.faults.planting import Fault, add, found, put, remove
from tests.cluster.rendering import Manifest
from tests.cluster.rules import network, release

SNIPPET = "haproxy.org/backend-config-snippet"
EVERYBODY: Manifest = {"namespaceSelector": {}, "podSelector": {}}
EVERYWHERE = [{"ipBlock": {"cidr": "0.0.0.0/0"}}]
INTO_POSTGRES = "NetworkPolicy into-postgres"


def _gateway_to_the_database(manifests: list[Manifest]) -> None:
    leaving = found(manifests, "NetworkPolicy to-postgres")["spec"]["podSelector"]
    arriving = found(manifests, INTO_POSTGRES)["spec"]["ingress"][0]["from"][0]["podSelector"]
    for selector in (leaving, arriving):
        selector["matchExpressions"][0]["values"].append("gateway")


def _figures_for_everybody(manifests: list[Manifest]) -> None:
    annotations = found(manifests, "Ingress portal")["metadata"]["annotations"]
    lines = annotations[SNIPPET].splitlines()
    annotations[SNIPPET] = "\n".join(line for line in lines if "deny" not in line)


ARROWS = (
    Fault("open by default", network.denied_by_default, remove("NetworkPolicy nothing"), "Egress is open"),
    Fault("an open policy", network.narrow, put(INTO_POSTGRES, "spec ingress", [{}]), "everybody"),
    Fault("all ports", network.narrow, put("NetworkPolicy to-mail", "spec egress 0 ports", []), "every port"),
    Fault("to everywhere", network.narrow, put("NetworkPolicy to-mail", "spec egress 0 to", EVERYWHERE), "0.0.0.0/0"),
    Fault("from every namespace", network.narrow, add(INTO_POSTGRES, "spec ingress 0 from", EVERYBODY), "every pod"),
    Fault("an arrow too many", network.arrows_as_drawn, _gateway_to_the_database, "gateway may reach postgres"),
    Fault(
        "half an arrow",
        network.arrows_as_drawn,
        put("NetworkPolicy to-rabbitmq", "spec egress 0 ports", [{"port": 5671}]),
        "files-beat cannot reach rabbitmq",
    ),
    Fault(
        "no way out",
        network.ways_out_as_drawn,
        remove("NetworkPolicy to-mail"),
        "missing: notifications-tasks out 587",
    ),
    Fault(
        "figures for nobody",
        network.ways_out_as_drawn,
        remove("NetworkPolicy metrics-events"),
        "missing: files-events in 9000",
    ),
    Fault(
        "a neighbour elsewhere",
        network.settings_reach,
        put("ConfigMap files-settings", "data FILES_JOBS_URL", "amqp://files@rabbitmq:5673/files-jobs"),
        "rabbitmq:5673",
    ),
)
PUBLISHED = (
    Fault("without TLS", release.published, put("Ingress portal", "spec tls", []), "without TLS"),
    Fault(
        "a service published",
        release.published,
        put("Ingress portal", "spec rules 0 http paths 0 backend service name", "files-api"),
        "files-api is published",
    ),
    Fault("figures for everybody", release.published, _figures_for_everybody, "deny"),
)

FAULTS = (*ARROWS, *PUBLISHED)
