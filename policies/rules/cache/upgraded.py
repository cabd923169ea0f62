"""Caches take minor upgrades by themselves."""

from __future__ import annotations

from policies.checks import must_be
from policies.finding import Severity
from policies.rule import Rule
from policies.rules._tokens import CACHE_CLUSTER, REPLICATION_GROUP

RULE = Rule(
    id="cache-upgraded",
    title="Caches take minor upgrades by themselves",
    severity=Severity.MEDIUM,
    why="Minor versions bring the security patches.",
    fix="Leave autoMinorVersionUpgrade at true.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-2",
    frameworks=("checkov:CKV_AWS_322", "fsbp:ElastiCache.2"),
    types=(*REPLICATION_GROUP, *CACHE_CLUSTER),
    check=must_be("autoMinorVersionUpgrade", True, None),
    passing={"cache": (REPLICATION_GROUP[0], {"autoMinorVersionUpgrade": True})},
    failing={"cache": (REPLICATION_GROUP[0], {"autoMinorVersionUpgrade": False})},
)
