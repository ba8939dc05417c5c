"""Of the broker, the database and its backups, and of the names by which they are found."""

from __future__ import annotations

from tests.cluster.faults.planting import MAIN, Fault, Plant, found, put, remove, take
from tests.cluster.rendering import Manifest
from tests.cluster.rules import agreement, references, rights, stores

BROKER = "RabbitmqCluster rabbitmq"
DATABASE = "Cluster postgres"
OBJECTS = "ObjectStore postgres"
NIGHTLY = "ScheduledBackup postgres-nightly"
CONFIGURATION = "spec rabbitmq additionalConfig"
PARAMETERS = "spec postgresql parameters"
PLUGIN = "spec plugins 0"
TRIGGER = "spec triggers 0"
SCALER = "ScaledObject files-events"
LOGIN = "TriggerAuthentication rabbitmq-queues"


def _configured(old: str, new: str) -> Plant:
    def plant(manifests: list[Manifest]) -> None:
        spec = found(manifests, BROKER)["spec"]["rabbitmq"]
        lines = [new if line.startswith(old) else line for line in spec["additionalConfig"].splitlines()]
        spec["additionalConfig"] = "\n".join(lines)

    return plant


def _another_broker(manifests: list[Manifest]) -> None:
    for manifest in manifests:
        if manifest["metadata"]["name"].startswith("files-") and "rabbitmqClusterReference" in manifest.get("spec", {}):
            manifest["spec"]["rabbitmqClusterReference"]["name"] = "rabbit"


BROKERS = (
    Fault("another broker", agreement.images, put(BROKER, "spec image", "rabbitmq:3.13-management"), "3.13"),
    Fault("classic queues", stores.broker, put(BROKER, CONFIGURATION, ""), "default_queue_type"),
    Fault("a typing error", stores.broker, _configured("consumer_timeout", "consumer_timeuot = 3600000"), "timeuot"),
    Fault(
        "no disk for queues",
        stores.broker,
        _configured("disk_free_limit", "disk_free_limit.absolute = 200GB"),
        "stop at",
    ),
    Fault("no disk left", stores.broker, _configured("disk_free_limit", "disk_free_limit.absolute = 1MB"), "stop at"),
    Fault("a guest", stores.broker, _configured("log.file", "loopback_users = none"), "loopback_users"),
    Fault(
        "a small broker",
        agreement.bounds,
        put(BROKER, "spec resources limits memory", "256Mi"),
        "rabbitmq: less memory",
    ),
    Fault(
        "queues cut off", agreement.bounds, put(BROKER, "spec terminationGracePeriodSeconds", 10), "rabbitmq: less time"
    ),
    Fault("two brokers", stores.redundant, put(BROKER, "spec replicas", 2), "no majority"),
)
DATABASES = (
    Fault("another database", stores.database, put(DATABASE, "spec imageCatalogRef major", 17), "postgres:18"),
    Fault("few connections", stores.database, put(DATABASE, f"{PARAMETERS} max_connections", "100"), "fewer"),
    Fault(
        "less memory than it shares",
        stores.database,
        put(DATABASE, "spec resources limits memory", "1Gi"),
        "shared bytes",
    ),
    Fault(
        "imagined memory", stores.database, put(DATABASE, f"{PARAMETERS} effective_cache_size", "60GB"), "more cache"
    ),
    Fault("no fsync", stores.database, put(DATABASE, f"{PARAMETERS} fsync", "off"), "sets fsync"),
    Fault(
        "a small database", agreement.bounds, put(DATABASE, "spec resources limits memory", "512Mi"), "postgres: less"
    ),
    Fault(
        "data go along",
        stores.databases,
        put("Database files-database", "spec databaseReclaimPolicy", "delete"),
        "delete",
    ),
    Fault("other letters", stores.databases, take("Database files-database", "spec builtinLocale"), "files-database"),
    Fault("on one node alone", stores.redundant, take(DATABASE, "spec postgresql synchronous"), "on one node alone"),
    Fault(
        "no node may be away", stores.redundant, put(DATABASE, "spec postgresql synchronous number", 3), "waits for 3"
    ),
    Fault("one disk for all", stores.redundant, take(DATABASE, "spec walStorage"), "a log that is not fetched"),
    Fault("one database", stores.redundant, put(DATABASE, "spec instances", 1), "of 0 others"),
)
BACKUPS = (
    Fault("no log", stores.backed_up, put(DATABASE, f"{PLUGIN} isWALArchiver", False), "takes its log"),
    Fault("no plugin", stores.backed_up, take(DATABASE, "spec plugins"), "takes its log"),
    Fault("no copies", stores.backed_up, remove(NIGHTLY), "0 of ScheduledBackup"),
    Fault("no store of copies", stores.backed_up, remove(OBJECTS), "0 of ObjectStore"),
    Fault("a copy a year", stores.backed_up, put(NIGHTLY, "spec schedule", "0 30 2 1 1 *"), "every day"),
    Fault("two days", stores.backed_up, put(OBJECTS, "spec retentionPolicy", "2d"), "kept for 2d"),
    Fault("copies in clear", stores.backed_up, put(OBJECTS, "spec configuration endpointURL", "http://s3"), "in clear"),
    Fault("no keys", stores.backed_up, take(OBJECTS, "spec configuration s3Credentials"), "without its keys"),
)
NAMES = (
    Fault("a broker of nobody", references.found_again, _another_broker, "rabbitmqClusterReference rabbit"),
    Fault(
        "in no database cluster",
        references.found_again,
        put("Database files-database", "spec cluster name", "postgress"),
        "postgress",
    ),
    Fault("copies of nobody", references.found_again, put(NIGHTLY, "spec cluster name", "postgress"), "postgress"),
    Fault(
        "a log-in of nobody",
        references.found_again,
        put(SCALER, f"{TRIGGER} authenticationRef name", "rabbitmq"),
        "authenticationRef",
    ),
    Fault(
        "rights of nobody",
        references.found_again,
        put("Permission files-events", "spec userReference name", "files"),
        "userReference",
    ),
    Fault(
        "settings of nobody",
        references.found_again,
        put("Deployment files-api", f"{MAIN} envFrom 0 configMapRef name", "files-settings"),
        "ConfigMap files-settings is not there",
    ),
    Fault("a store of no name", references.found_again, put("StatefulSet s3", "spec serviceName", "s4"), "s4", "dev"),
    Fault(
        "settings left over",
        references.found_again,
        lambda m: m.append({"kind": "ConfigMap", "metadata": {"name": "old"}}),
        "old is nobody's",
    ),
    Fault(
        "another port of the broker",
        references.asked,
        put(SCALER, f"{TRIGGER} metadata host", "http://rabbitmq.sqp.svc:15673/"),
        "15673",
    ),
    Fault(
        "another broker's queue",
        references.asked,
        put(SCALER, f"{TRIGGER} metadata host", "http://rabbit.sqp.svc:15672/"),
        "rabbit.sqp",
    ),
    Fault("a vhost of nobody", references.asked, put(SCALER, f"{TRIGGER} metadata vhostName", "event"), "event"),
    Fault(
        "a password for a name", references.asked, put(LOGIN, "spec secretTargetRef 0 key", "password"), "logs in by"
    ),
    Fault(
        "a service's log-in",
        references.asked,
        put(LOGIN, "spec secretTargetRef 1 name", "files-broker"),
        "files-broker",
    ),
    Fault(
        "a scaler of nobody",
        references.scaled_objects,
        put("ScaledObject files-tasks", "spec scaleTargetRef name", "files-task"),
        "files-task'",
    ),
    Fault(
        "a scaler of another kind",
        references.scaled_objects,
        put("HorizontalPodAutoscaler files-api", "spec scaleTargetRef kind", "StatefulSet"),
        "StatefulSet",
    ),
    Fault(
        "archived nowhere",
        references.backed_up_from,
        put(DATABASE, f"{PLUGIN} parameters barmanObjectName", "postgress"),
        "postgress",
    ),
    Fault(
        "copied by nobody", references.backed_up_from, put(NIGHTLY, "spec pluginConfiguration name", "barman"), "barman"
    ),
    Fault(
        "a catalog of nobody",
        references.backed_up_from,
        put(DATABASE, "spec imageCatalogRef name", "postgresql"),
        "catalog",
    ),
)
RIGHTS = (
    Fault("rights to all", rights.broker, put("Permission files-events", "spec permissions write", ".*"), "files in"),
    Fault("an administrator", rights.broker, put("User files-broker", "spec tags", ["administrator"]), "administrator"),
    Fault("a vhost missing", rights.broker, remove("Vhost files-jobs"), "files-jobs"),
    Fault("a scaler that is shut out", rights.broker, take("User keda-broker", "spec tags"), "keda-broker"),
    Fault("a stranger", rights.broker, put("User files-broker", "spec importCredentialsSecret name", "x"), "nobody in"),
    Fault("events lost", rights.shared, take("Exchange events", "spec arguments"), "Exchange as compose's"),
    Fault("a door ajar", rights.shared, put("Binding files-door", "spec routingKey", "#"), "is not compose's"),
    Fault("a door shut", rights.shared, remove("Binding files-door"), "Binding as compose's is missing"),
    Fault("letters that vanish", rights.shared, take("Queue events-unrouted", "spec arguments"), "Queue is not"),
    Fault("no log-in", rights.database, put(DATABASE, "spec managed roles files_app login", False), "role files_app"),
    Fault(
        "another's password",
        rights.database,
        put(DATABASE, "spec managed roles identity_owner passwordSecret name", "identity-database-app"),
        "identity_app",
    ),
    Fault("open databases", rights.database, take(DATABASE, "spec postgresql pg_hba -1"), "another's database"),
    Fault("another owner", rights.database, put("Database files-database", "spec owner", "files_app"), "owners"),
)

FAULTS = (*BROKERS, *DATABASES, *BACKUPS, *NAMES, *RIGHTS)
