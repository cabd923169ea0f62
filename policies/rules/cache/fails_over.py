"""Cache replication groups fail over by themselves."""

from __future__ import annotations

from policies.checks import must_be
from policies.finding import Severity
from policies.rule import Rule
from policies.rules._tokens import REPLICATION_GROUP

RULE = Rule(
    id="cache-fails-over",
    title="Cache replication groups fail over by themselves",
    severity=Severity.MEDIUM,
    why="When the primary is lost, every request goes to the database until somebody acts.",
    fix="Set automaticFailoverEnabled to true with two or more nodes; a serverless cache always fails over.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-3",
    frameworks=("checkov:CKV2_AWS_50", "fsbp:ElastiCache.3"),
    types=REPLICATION_GROUP,
    check=must_be("automaticFailoverEnabled", True),
    passing={"cache": (REPLICATION_GROUP[0], {"automaticFailoverEnabled": True})},
    failing={"cache": (REPLICATION_GROUP[0], {"automaticFailoverEnabled": False})},
)
