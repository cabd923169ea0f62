"""Data rules about elasticache."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from deployment.tokens import CACHE_CLUSTER, REPLICATION_GROUP, SERVERLESS_CACHE
from policies.finding import Enforcement, Risk, Severity
from policies.rule import Rule
from policies.table import at_least, left_out, must_be, must_have, one_of, row

AT_REST: Final = "atRestEncryptionEnabled"
"""Left out, true for Valkey and false for Redis (the provider's documentation)."""

RULES: Final[tuple[Rule, ...]] = (
    row(
        "cache-backed-up",
        (*REPLICATION_GROUP, *CACHE_CLUSTER, *SERVERLESS_CACHE),
        at_least("snapshotRetentionLimit", 1, "days"),
        title="Caches are backed up",
        severity=Severity.LOW,
        enforcement=Enforcement.ADVISORY,
        why="A cache that is refilled in minutes needs no backup; one that holds more than copies does.",
        fix="Set snapshotRetentionLimit to 1 or more.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-1",
        frameworks=("checkov:CKV_AWS_134", "fsbp:ElastiCache.1"),
    ),
    row(
        "cache-customer-key",
        (*SERVERLESS_CACHE, *REPLICATION_GROUP),
        must_have("kmsKeyId", "the ARN of a customer managed key"),
        title="Caches are encrypted with the stack's own key",
        severity=Severity.MEDIUM,
        enforcement=Enforcement.ADVISORY,
        why="With the service's own key nobody can withdraw access to the data, or see who used it.",
        fix="Set kmsKeyId to the ARN of a customer managed key ($1 a month), or waive this.",
        source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html",
        frameworks=("checkov:CKV_AWS_191",),
    ),
    replace(
        row(
            "cache-encrypted-at-rest",
            REPLICATION_GROUP,
            left_out(AT_REST, "engine", "valkey", otherwise=must_be(AT_REST, True)),
            where={"globalReplicationGroupId": (None,)},
            title="Caches are encrypted at rest",
            severity=Severity.HIGH,
            risk=Risk.LEAK,
            why="Snapshots and swap hold what the API answered, personal data included. It can't be switched on later.",
            fix="Set atRestEncryptionEnabled to true; a serverless cache always is.",
            source="https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-4",
            frameworks=("checkov:CKV_AWS_29", "fsbp:ElastiCache.4"),
            mends=True,
        ),
        also_passing=({"it": (REPLICATION_GROUP[0], {"engine": "valkey"})},),
        also_failing=(
            {"it": (REPLICATION_GROUP[0], {"engine": "valkey", AT_REST: False})},
            {"it": (REPLICATION_GROUP[0], {"engine": "redis"})},
        ),
    ),
    row(
        "cache-fails-over",
        REPLICATION_GROUP,
        must_be("automaticFailoverEnabled", True),
        title="Cache replication groups fail over by themselves",
        severity=Severity.MEDIUM,
        why="When the primary is lost, every request goes to the database until somebody acts.",
        fix="Set automaticFailoverEnabled to true with two or more nodes; a serverless cache always fails over.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-3",
        frameworks=("checkov:CKV2_AWS_50", "fsbp:ElastiCache.3"),
    ),
    row(
        "cache-authenticated",
        (*SERVERLESS_CACHE, *REPLICATION_GROUP),
        one_of("a user group", "userGroupId", "userGroupIds", "authToken"),
        where={"engine": ("valkey", "redis", None)},
        title="Caches ask who is there",
        severity=Severity.HIGH,
        why="A cache without users lets every process in the network read, write and flush it.",
        fix="Set userGroupId (serverless) or userGroupIds to an aws.elasticache.UserGroup.",
        source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html",
        frameworks=("checkov:CKV_AWS_31", "fsbp:ElastiCache.6"),
    ),
    row(
        "cache-encrypted-in-transit",
        REPLICATION_GROUP,
        must_be("transitEncryptionEnabled", True),
        where={"globalReplicationGroupId": (None,)},
        title="Caches speak TLS",
        severity=Severity.HIGH,
        risk=Risk.LEAK,
        why="Without TLS whoever is in the network reads keys, values and the password.",
        fix="Set transitEncryptionEnabled to true; a serverless cache always speaks TLS.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-5",
        frameworks=("checkov:CKV_AWS_30", "fsbp:ElastiCache.5"),
        mends=True,
    ),
    row(
        "cache-own-subnets",
        (*REPLICATION_GROUP, *CACHE_CLUSTER),
        must_have("subnetGroupName", "the name of an aws.elasticache.SubnetGroup"),
        title="Caches are in subnets of their own",
        severity=Severity.MEDIUM,
        why="The default subnet group spans every subnet of the default VPC, the public ones too.",
        fix="Set subnetGroupName.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-7",
        frameworks=("checkov:CKV_AWS_323", "fsbp:ElastiCache.7"),
    ),
    row(
        "cache-upgraded",
        (*REPLICATION_GROUP, *CACHE_CLUSTER),
        must_be("autoMinorVersionUpgrade", True, None),
        title="Caches take minor upgrades by themselves",
        severity=Severity.MEDIUM,
        why="Minor versions bring the security patches.",
        fix="Leave autoMinorVersionUpgrade at true.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-2",
        frameworks=("checkov:CKV_AWS_322", "fsbp:ElastiCache.2"),
    ),
)
