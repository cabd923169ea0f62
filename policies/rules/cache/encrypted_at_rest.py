"""Caches are encrypted at rest."""

from __future__ import annotations

from policies.checks import must_be
from policies.finding import Severity
from policies.remediation import set_to
from policies.rule import Rule
from policies.rules._tokens import REPLICATION_GROUP

RULE = Rule(
    id="cache-encrypted-at-rest",
    title="Caches are encrypted at rest",
    severity=Severity.HIGH,
    why="Snapshots and swap hold what the API answered, personal data included. It can't be switched on later.",
    fix="Set atRestEncryptionEnabled to true; a serverless cache always is.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-4",
    frameworks=("checkov:CKV_AWS_29", "fsbp:ElastiCache.4"),
    types=REPLICATION_GROUP,
    check=must_be("atRestEncryptionEnabled", True),
    remediate=set_to("atRestEncryptionEnabled", True),
    passing={"cache": (REPLICATION_GROUP[0], {"atRestEncryptionEnabled": True})},
    failing={"cache": (REPLICATION_GROUP[0], {})},
)
