"""Of a cluster that runs something else than compose, of rights and secrets, of the order of a release."""

from __future__ import annotations

from typing import Any

from tests.cluster.faults.planting import MAIN, POD, SECRETS, Fault, add, put, remove, take
from tests.cluster.rendering import Manifest
from tests.cluster.rules import agreement, release, rights, secrecy

API = "Deployment files-api"
BEAT = "Deployment files-beat"
BROKER = "RabbitmqCluster rabbitmq"
DATABASE = "Cluster postgres"
SETTINGS = "ConfigMap files-settings"
STAGE = "metadata labels sqp.fr/stage"

WRITTEN_OUT: Manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "identity-own"}, "stringData": {}}


def _owner() -> dict[str, Any]:
    item = {"key": "password", "path": "files_database_owner_password"}
    return {"secret": {"name": "files-database-owner", "items": [item]}}


PROCESSES = (
    Fault("a process missing", agreement.processes, remove(BEAT), "files-beat: only in compose"),
    Fault("another verb", agreement.processes, put(BEAT, f"{MAIN} args", ["tasks"]), "started by"),
    Fault("another image", agreement.processes, put(BEAT, f"{MAIN} image", "sqp/incidents:0.1.0"), "another image"),
)
VALUES = (
    Fault(
        "a setting missing",
        agreement.settings,
        take(SETTINGS, "data FILES_SCANNER_URL"),
        "FILES_SCANNER_URL is only in compose",
    ),
    Fault("a setting too many", agreement.settings, put(SETTINGS, "data FILES_RATE", "1"), "only in the cluster"),
    Fault("another value", agreement.settings, put(SETTINGS, "data FILES_METRICS_PORT", "9001"), "9001"),
    Fault("a hasty end", agreement.settings, put(SETTINGS, "data FILES_DRAIN_SECONDS", "1"), "shorter"),
    Fault("a secret missing", agreement.secrets, take("Deployment identity-api", f"{SECRETS} -1"), "refresh_secret"),
    Fault("the owner's password", agreement.secrets, add(API, SECRETS, _owner()), "files_database_owner_password"),
)
STORES = (
    Fault("less memory", agreement.bounds, put(API, f"{MAIN} resources limits memory", "128Mi"), "less memory"),
    Fault("less room", agreement.bounds, put(API, f"{POD} volumes tmp emptyDir sizeLimit", "64Mi"), "room in /tmp"),
    Fault("another broker", agreement.stores, put(BROKER, "spec image", "rabbitmq:3.13-management"), "3.13"),
    Fault("classic queues", agreement.stores, put(BROKER, "spec rabbitmq additionalConfig", ""), "default_queue_type"),
    Fault("another database", agreement.stores, put(DATABASE, "spec imageCatalogRef major", 17), "17, in"),
)
RIGHTS = (
    Fault("rights to all", rights.broker, put("Permission files-events", "spec permissions write", ".*"), "files in"),
    Fault("an administrator", rights.broker, put("User files-broker", "spec tags", ["administrator"]), "administrator"),
    Fault("a vhost missing", rights.broker, remove("Vhost files-jobs"), "files-jobs"),
    Fault(
        "another's password",
        rights.database,
        put(DATABASE, "spec managed roles identity_owner passwordSecret name", "identity-database-app"),
        "identity_app",
    ),
    Fault("open databases", rights.database, take(DATABASE, "spec postgresql pg_hba -1"), "another's database"),
    Fault("another owner", rights.database, put("Database files-database", "spec owner", "files_app"), "owners"),
)
SECRECY = (
    Fault("a secret in clear", secrecy.by_reference, lambda m: m.append(WRITTEN_OUT), "identity-own"),
    Fault(
        "a password as a setting",
        secrecy.by_reference,
        add(API, f"{MAIN} env", {"name": "FILES_DATABASE_PASSWORD", "value": "x"}),
        "FILES_DATABASE_PASSWORD",
    ),
    Fault(
        "a password in an address",
        secrecy.by_reference,
        put(SETTINGS, "data FILES_EVENTS_URL", "amqp://files:x@rabbitmq:5672/events"),
        "carries a password",
    ),
    Fault(
        "a secret that nobody makes",
        secrecy.made_somewhere,
        put("User files-broker", "spec importCredentialsSecret name", "files-brocker"),
        "files-brocker/password",
    ),
    Fault("printed secrets", secrecy.production, put(SETTINGS, "data FILES_ENVIRONMENT", "development"), "printed"),
    Fault("in clear", secrecy.production, put(SETTINGS, "data FILES_ISSUER", "http://portal.sqp.example"), "https"),
)
RELEASES = (
    Fault("in no stage", release.staged, take("Service gateway", STAGE), "gateway"),
    Fault("too early", release.staged, put(API, STAGE, "foundation"), "files-api"),
    Fault("elsewhere", release.staged, put(API, "metadata namespace", "default"), "outside"),
    Fault(
        "the last release's job", release.migrated, put("Job files", "metadata name", "files-migrate-0.0.9"), "0.0.9"
    ),
    Fault("not migrated", release.migrated, remove("Job files"), "files: nothing migrates"),
    Fault(
        "settings of nobody",
        release.connected,
        put(API, f"{MAIN} envFrom 0 configMapRef name", "files-settings"),
        "no ConfigMap",
    ),
    Fault(
        "a service of nobody",
        release.connected,
        put("Service files-api", "spec selector app.kubernetes.io/component", "web"),
        "leads to []",
    ),
)

FAULTS = (*PROCESSES, *VALUES, *STORES, *RIGHTS, *SECRECY, *RELEASES)
