"""Of a cluster that runs something else than compose, of secrets, of the order of a release, of a site's own."""

from __future__ import annotations

from typing import Any

from tests.cluster.faults.planting import MAIN, POD, SECRETS, Fault, add, put, remove, take
from tests.cluster.rendering import Manifest
from tests.cluster.rules import agreement, objects, release, secrecy, site

API = "Deployment files-api"
BEAT = "Deployment files-beat"
CLAMAV = "Deployment clamav"
MAILS = "ConfigMap notifications-settings"
NAME = "app.kubernetes.io/name"
VERSION = "app.kubernetes.io/version"
SETTINGS = "ConfigMap files-settings"
STAGE = "metadata labels sqp.fr/stage"

WRITTEN_OUT: Manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "identity-own"}, "stringData": {}}
AGAIN: Manifest = {
    "apiVersion": "rabbitmq.com/v1beta1",
    "kind": "Permission",
    "metadata": {"name": "all", "namespace": "sqp"},
    "spec": {"userReference": {"name": "files-broker"}, "vhost": "events", "permissions": {}},
}
EVERYTHING: Manifest = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "RoleBinding",
    "metadata": {"name": "all", "namespace": "sqp"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
    "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:serviceaccounts"}],
}


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
BOUNDS = (
    Fault("less memory", agreement.bounds, put(API, f"{MAIN} resources limits memory", "128Mi"), "less memory"),
    Fault("less room", agreement.bounds, put(API, f"{POD} volumes tmp emptyDir sizeLimit", "64Mi"), "room in /tmp"),
    Fault("another scanner", agreement.images, put(CLAMAV, f"{MAIN} image", "clamav/clamav:1.3"), "clamav/clamav:1.3"),
    Fault("a scanner as root", agreement.images, put(CLAMAV, f"{MAIN} command", ["/init"]), "/init"),
    Fault(
        "a store that stores elsewhere",
        agreement.images,
        put("StatefulSet s3", f"{MAIN} args 1", "-dir=/tmp"),
        "s3",
        "dev",
    ),
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
        "a key that nobody makes",
        secrecy.made_somewhere,
        put(API, f"{SECRETS} 0 secret items 0 key", "passwort"),
        "files-database-app/passwort",
    ),
    Fault(
        "a secret that nobody makes",
        secrecy.made_somewhere,
        put("User files-broker", "spec importCredentialsSecret name", "files-brocker"),
        "files-brocker/password",
    ),
)
RELEASES = (
    Fault("in no stage", release.staged, take("Service gateway", STAGE), "gateway"),
    Fault("too early", release.staged, put(API, STAGE, "foundation"), "files-api"),
    Fault("elsewhere", release.staged, put(API, "metadata namespace", "default"), "outside"),
    Fault(
        "the last release's job", release.migrated, put("Job files", "metadata name", "files-migrate-0.0.9"), "0.0.9"
    ),
    Fault("not migrated", release.migrated, remove("Job files"), "files: nothing migrates"),
    Fault("a version of its own", release.migrated, put(API, f"metadata labels {VERSION}", "0.0.9"), "calls itself"),
)
KINDS = (
    Fault("rights in the cluster", objects.known, lambda m: m.append(EVERYTHING), "RoleBinding all"),
    Fault("another kind's version", objects.known, put(API, "apiVersion", "apps/v2"), "Deployment files-api"),
    Fault("its end left to the server", objects.whole, take(API, f"{POD} terminationGracePeriodSeconds"), "files-api"),
    Fault("open by a default", objects.whole, take("NetworkPolicy to-mail", "spec policyTypes"), "to-mail"),
    Fault("for everybody by a default", objects.whole, take("NetworkPolicy to-mail", "spec podSelector"), "to-mail"),
    Fault("two brokers' worth", objects.known, remove("RabbitmqCluster rabbitmq"), "0 of RabbitmqCluster"),
    Fault(
        "a tag that names no Job",
        objects.called,
        put("Job files", "metadata name", "files-migrate-2026_11_RC1"),
        "no name",
    ),
    Fault("a tag that is no label", objects.called, put(API, f"metadata labels {VERSION}", "0.1+rc"), "no label"),
    Fault("found by nobody", objects.called, put(API, f"metadata labels {NAME}", "file"), "is labelled"),
    Fault(
        "paused by a word",
        objects.called,
        put("ScaledObject files-events", "metadata annotations", {"autoscaling.keda.sh/paused-replicas": "0"}),
        "annotations",
    ),
    Fault("settings for ever", objects.called, put(SETTINGS, "immutable", True), "has immutable"),
    Fault("rights twice", objects.once, lambda m: m.append(AGAIN), "Permission {'name': 'files-broker'} events"),
    Fault("kept by a finalizer", objects.called, put(API, "metadata finalizers", ["x/y"]), "finalizers"),
    Fault(
        "another's pods",
        objects.apart,
        take(API, "spec selector matchLabels app.kubernetes.io/component"),
        "files-api: chooses",
    ),
)
SITE = (
    Fault(
        "mail that leads nowhere",
        site.portal,
        put(MAILS, "data NOTIFICATIONS_PORTAL_URL", "http://localhost:8080"),
        "localhost",
    ),
    Fault("another issuer", site.portal, put(SETTINGS, "data FILES_ISSUER", "https://portal.example"), "FILES_ISSUER"),
    Fault(
        "tokens in clear", site.portal, put(SETTINGS, "data FILES_ISSUER", "http://portal.sqp.example"), "FILES_ISSUER"
    ),
    Fault("a portal at home", site.portal, put("Ingress portal", "spec rules 0 host", "localhost"), "nobody else"),
    Fault("printed secrets", site.outside, put(SETTINGS, "data FILES_ENVIRONMENT", "development"), "printed"),
    Fault("mail in clear", site.outside, put(MAILS, "data NOTIFICATIONS_SMTP_STARTTLS", "false"), "in clear"),
    Fault("mail to oneself", site.outside, put(MAILS, "data NOTIFICATIONS_SMTP_HOST", "127.0.0.1"), "127.0.0.1"),
    Fault(
        "objects in clear", site.outside, put(SETTINGS, "data FILES_S3_ENDPOINT", "http://s3.sqp.example"), "http://s3"
    ),
    Fault("objects at home", site.outside, put(SETTINGS, "data FILES_S3_ENDPOINT", "https://localhost"), "localhost"),
)

FAULTS = (*PROCESSES, *VALUES, *BOUNDS, *SECRECY, *RELEASES, *KINDS, *SITE)
