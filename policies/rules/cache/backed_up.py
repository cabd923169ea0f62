"""Caches are backed up."""

from __future__ import annotations

from policies.checks import must_be_at_least
from policies.finding import Enforcement, Severity
from policies.rule import Rule
from policies.rules._tokens import CACHE_CLUSTER, REPLICATION_GROUP, SERVERLESS_CACHE

RULE = Rule(
    id="cache-backed-up",
    title="Caches are backed up",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    why="A cache that is refilled in minutes needs no backup; one that holds more than copies does.",
    fix="Set snapshotRetentionLimit to 1 or more.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-1",
    frameworks=("checkov:CKV_AWS_134", "fsbp:ElastiCache.1"),
    types=(*REPLICATION_GROUP, *CACHE_CLUSTER, *SERVERLESS_CACHE),
    check=must_be_at_least("snapshotRetentionLimit", 1, "days"),
    passing={"cache": (REPLICATION_GROUP[0], {"snapshotRetentionLimit": 1})},
    failing={"cache": (REPLICATION_GROUP[0], {})},
)
