"""Whatever is changed, taken away or added in production's manifests is noticed by a rule, but for what is free."""

from __future__ import annotations

import pytest
from tests.cluster.faults.additions import additions
from tests.cluster.faults.leaves import leaves, noticed
from tests.cluster.rendering import render
from tests.cluster.rules import EVERYWHERE, IN_PRODUCTION, Rule
from tests.cluster.rules.objects import KINDS, whole
from tests.cluster.schemas import operators

# Production has no StatefulSet of its own.
TRIED = sorted({kind for kinds in KINDS.values() for kind in kinds} - {"StatefulSet"})
# Of the operators' kinds schemas/operators.yaml lists every field that is taken.
EXTENSIBLE = [kind for kind in TRIED if kind not in operators()]
# It says in words what others need, and is asked first.
RULES: tuple[Rule, ...] = (whole, *(rule for rule in (*EVERYWHERE, *IN_PRODUCTION) if rule is not whole))

# By kind, "other" value or "no" value, and where. First: more of it than a rule asks for costs money or patience alone.
MORE = {
    "Cluster": """
        other spec instances
        other spec postgresql parameters max_connections
        other spec resources limits cpu
        other spec resources limits memory
        other spec storage size
        other spec walStorage size
    """,
    "Deployment": """
        other spec minReadySeconds
        other spec revisionHistoryLimit
        other spec template spec containers livenessProbe timeoutSeconds
        other spec template spec containers readinessProbe timeoutSeconds
        other spec template spec containers resources limits cpu
        other spec template spec containers resources limits memory
        other spec template spec containers startupProbe failureThreshold
        other spec template spec containers startupProbe periodSeconds
        other spec template spec containers startupProbe timeoutSeconds
        other spec template spec terminationGracePeriodSeconds
        other spec template spec volumes emptyDir sizeLimit
    """,
    "Job": """
        other spec activeDeadlineSeconds
        other spec backoffLimit
        other spec template spec containers resources limits cpu
        other spec template spec containers resources limits memory
        other spec template spec containers resources requests cpu
        other spec template spec terminationGracePeriodSeconds
        other spec template spec volumes emptyDir sizeLimit
        other spec ttlSecondsAfterFinished
    """,
    "ObjectStore": """
        other spec configuration data jobs
        other spec configuration wal maxParallel
        other spec instanceSidecarConfiguration resources limits cpu
        other spec instanceSidecarConfiguration resources limits memory
        other spec instanceSidecarConfiguration resources requests cpu
        other spec retentionPolicy
    """,
    "PersistentVolumeClaim": "other spec resources requests storage",
    "RabbitmqCluster": """
        other spec persistence storage
        other spec resources limits cpu
        other spec resources limits memory
        other spec terminationGracePeriodSeconds
    """,
    "ScaledObject": """
        other spec cooldownPeriod
        other spec fallback failureThreshold
        other spec fallback replicas
    """,
}
# Without it the server does the same, or no harm.
DEFAULT = {
    "Cluster": "no spec postgresql parameters effective_cache_size",
    "Deployment": """
        no spec replicas
        no spec revisionHistoryLimit
        no spec template spec containers livenessProbe failureThreshold
        no spec template spec containers livenessProbe periodSeconds
        no spec template spec containers readinessProbe failureThreshold
        no spec template spec containers readinessProbe periodSeconds
        no spec template spec containers startupProbe periodSeconds
    """,
    "ObjectStore": """
        no spec configuration data compression
        no spec configuration data jobs
        no spec configuration wal compression
        no spec configuration wal maxParallel
    """,
    "RabbitmqCluster": "no spec terminationGracePeriodSeconds",
    "ScaledObject": """
        no spec cooldownPeriod
        no spec pollingInterval
    """,
    "ScheduledBackup": "no spec backupOwnerReference",
}
# The other labels choose the same pods; and a container's name is for logs.
SAME = {
    "Deployment": """
        no spec selector matchLabels app.kubernetes.io/component
        no spec selector matchLabels app.kubernetes.io/name
        other spec template spec containers name
    """,
    "Job": "other spec template spec containers name",
    "NetworkPolicy": "no spec podSelector matchLabels app.kubernetes.io/component",
    "Service": """
        no spec selector app.kubernetes.io/component
        no spec selector app.kubernetes.io/name
    """,
}
# Names of the outside.
SITE = {
    "ConfigMap": """
        other data FILES_S3_ACCESS_KEY
        other data FILES_S3_BUCKET
        other data FILES_S3_ENDPOINT
        other data NOTIFICATIONS_MAIL_FROM
        other data NOTIFICATIONS_SMTP_HOST
        other data NOTIFICATIONS_SMTP_USERNAME
    """,
    "ObjectStore": """
        other spec configuration destinationPath
        other spec configuration endpointURL
    """,
}


@pytest.mark.parametrize("kind", TRIED)
def test_nothing_changes_unnoticed(kind: str) -> None:
    manifests = render("production")
    free = {line.strip() for each in (MORE, DEFAULT, SAME, SITE) for line in each.get(kind, "").splitlines()} - {""}
    rules = list(RULES)
    assert {leaf.words for leaf in leaves(manifests, kind) if not noticed(leaf, rules, manifests)} == free


# A site's own class of disks; and a namespace lies in none, whatever it says.
MAY_BE_ADDED = {"PersistentVolumeClaim": {"spec storageClassName"}, "Namespace": {"metadata namespace"}}


@pytest.mark.parametrize("kind", EXTENSIBLE)
def test_nothing_is_added_unnoticed(kind: str) -> None:
    manifests, unnoticed = render("production"), set()
    tried = additions(manifests, kind)
    assert len(tried) > 10
    for addition in tried:
        with addition.planted():
            if not any(rule(manifests) for rule in RULES):
                unnoticed.add(addition.words)
    assert unnoticed == MAY_BE_ADDED.get(kind, set())
